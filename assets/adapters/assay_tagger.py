"""The assay tagger protocol, version 1, for taggers written in Python.

Import this module before the library that reads the texts. From then on the
real stdin and stdout belong to the protocol: what a library prints goes to
stderr, and an exception that nobody catches is told to assay before the
program ends with code 1.

    from assay_tagger import serve
    serve("model", "1.0", ["PERSON"], tag)

`tag(texts)` returns, for every text and in their order, either a list of
(label, start, end, score) or an exception saying why the text was not read.
"""
import argparse
import hashlib
import json
import math
import os
import sys
import unicodedata
from pathlib import Path

PROTOCOL = 1
LONGEST_ERROR = 500

_requests = os.fdopen(os.dup(0), "rb")
_answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
with open(os.devnull, "rb") as _nothing:
    os.dup2(_nothing.fileno(), 0)


def serve(model, version, labels, tag):
    """Announces the model, answers requests until stdin is closed, and exits."""
    labels = sorted(set(labels))
    _say({"assay_tagger": PROTOCOL, "model": model, "version": version, "labels": labels})
    for line in _requests:
        number, texts = _request(line)
        _say({"id": number, "rows": _rows(texts, tag, labels)})
    sys.exit(0)


class Arguments(argparse.ArgumentParser):
    """Tells assay of a wrong argument, too."""

    def error(self, message):
        self.print_usage(sys.stderr)
        give_up(message)


def give_up(why):
    """Tells assay that the model as a whole can't go on, and ends the program."""
    _say({"error": why[:LONGEST_ERROR]})
    sys.exit(1)


def version_of_directory(path):
    """A short hash of the files of a model, the same wherever the directory lies."""
    path = Path(path)
    files = sorted(file.relative_to(path) for file in path.rglob("*") if file.is_file())
    whole = hashlib.sha256()
    for file in files:
        if "__pycache__" in file.parts or any(part.startswith(".") for part in file.parts):
            continue
        content = hashlib.sha256()
        with open(path / file, "rb") as opened:
            for block in iter(lambda: opened.read(1 << 20), b""):
                content.update(block)
        whole.update(file.as_posix().encode() + b"\0" + content.digest())
    return whole.hexdigest()[:12]


def windows(costs, size, context):
    """Cuts tokens into overlapping windows that cost at most `size` together.

    Yields (first, last, own_first, own_last). A window reads first..last but
    answers only for its own tokens. These lie `context` tokens away from a cut,
    and those of all windows are all tokens, each once. A token that costs more
    than `size` has a window of its own.
    """
    first = own_first = 0
    while own_first < len(costs):
        while first < own_first and sum(costs[first : own_first + 1]) > size:
            first += 1
        last, cost = own_first + 1, sum(costs[first : own_first + 1])
        while last < len(costs) and cost + costs[last] <= size:
            cost += costs[last]
            last += 1
        own_last = last if last == len(costs) else max(own_first + 1, last - context)
        yield first, last, own_first, own_last
        own_first = own_last
        first = max(first, own_first - context)


def is_mark(character):
    """Accents and vowel signs are part of the character before them."""
    return unicodedata.category(character).startswith("M")


def _say(message):
    line = json.dumps(message, ensure_ascii=False, allow_nan=False)
    _answers.write(line.encode("utf-8", "replace") + b"\n")
    _answers.flush()


def _request(line):
    """The id and the texts of one request; anything else ends the program."""
    try:
        request = json.loads(line.decode("utf-8"))
        number, texts = request["id"], request["texts"]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError("`texts` is not a list of strings")
    except (ValueError, TypeError, LookupError) as error:
        give_up(f"not a request: {_why(error)}")
    return number, texts


def _rows(texts, tag, labels):
    """One row per text; a batch that fails is tried again text by text."""
    if not texts:
        return []
    try:
        found = list(tag(texts))
        if len(found) != len(texts):
            raise ValueError(f"{len(found)} answers for {len(texts)} texts")
    except Exception as error:
        if len(texts) > 1:
            return [row for text in texts for row in _rows([text], tag, labels)]
        found = [error]
    return [_row(text, one, labels) for text, one in zip(texts, found)]


def _row(text, found, labels):
    try:
        if isinstance(found, Exception):
            raise found
        return {"entities": _without_overlaps(_entity(text, labels, *one) for one in found)}
    except Exception as error:
        return {"error": _why(error)}


def _entity(text, labels, label, start, end, score):
    """An entity as assay takes it, or an exception: an offset that is wrong must not pass."""
    start, end, score = int(start), int(end), float(score)
    if label not in labels:
        raise ValueError(f"the label {label!r} was not announced")
    if not 0 <= start < end <= len(text):
        raise ValueError(f"{label} {start}..{end} is not within a text of {len(text)} characters")
    if math.isnan(score):
        raise ValueError(f"{label} {start}..{end} has no score")
    while start > 0 and is_mark(text[start]):
        start -= 1
    while end < len(text) and is_mark(text[end]):
        end += 1
    return {"label": label, "start": start, "end": end, "score": min(max(score, 0.0), 1.0)}


def _without_overlaps(entities):
    """By start; of two that overlap and have the same label the surer one stays."""
    kept, latest = [], {}
    for entity in sorted(entities, key=lambda one: (one["start"], one["end"], one["label"])):
        before = latest.get(entity["label"])
        if before is None or entity["start"] >= before["end"]:
            kept.append(entity)
            latest[entity["label"]] = entity
        elif entity["score"] > before["score"]:
            before.update(entity)
    return sorted(kept, key=lambda one: (one["start"], one["end"], one["label"]))


def _why(error):
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]


def _tell_before_the_end(kind, error, trace):
    sys.__excepthook__(kind, error, trace)
    try:
        _say({"error": _why(error)})
    except OSError:
        pass


sys.excepthook = _tell_before_the_end
