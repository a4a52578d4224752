"""A linear chain trained by CRFsuite's L-BFGS on plain features: each word, its shape, its affixes, and a window of two.

usage: crfsuite.py TRAIN TEST [--seed N] [--model FILE]    train, tag the test documents, score
       crfsuite.py --model FILE --texts FILE               tag the lines of a text with two processes

Prints one JSON document. L-BFGS draws nothing, so that every seed gives the same model.
"""

import argparse
import functools
import json
import math
import multiprocessing
import os
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import pycrfsuite  # noqa: E402

import ner_data  # noqa: E402

PARAMETERS = {"c1": 0.1, "c2": 0.01, "max_iterations": 100}
PROCESSES = 2
LINES_AT_A_TIME = 1000


@functools.lru_cache(maxsize=None)
def forms(word):
    """The word and its shape: `Heinz57` has `Xxxxxdd`."""
    shape = "".join("X" if sign.isupper() else "x" if sign.isalpha() else "d" if sign.isdigit() else sign for sign in word)
    return f"word={word}", f"shape={shape}"


@functools.lru_cache(maxsize=None)
def affixes(word):
    lengths = range(1, min(len(word), 4) + 1)
    return [f"prefix={word[:length]}" for length in lengths] + [f"suffix={word[-length:]}" for length in lengths]


def features(words):
    padded = [forms(word) for word in ["<s>", "<s>", *words, "</s>", "</s>"]]
    return [
        ["bias", *affixes(word)]
        + [f"{offset}:{form}" for offset in range(-2, 3) for form in padded[index + 2 + offset]]
        for index, word in enumerate(words)
    ]


def words_of(text, tokens):
    return [text[start:end] for start, end in tokens]


def tags_of(tokens, entities):
    """IOB tags of the tokens that entities touch; of two that share a token the longer one has both."""
    tags = ["O"] * len(tokens)
    for start, end, label in sorted(entities, key=lambda entity: entity[0] - entity[1]):
        inside = [index for index, token in enumerate(tokens) if token[0] < end and token[1] > start]
        if all(tags[index] == "O" for index in inside):
            for index in inside:
                tags[index] = f"{'B' if index == inside[0] else 'I'}-{label}"
    return tags


def train(documents, path):
    """Trains on the documents line by line. Seconds with the features, and those of the L-BFGS alone."""
    begun = time.perf_counter()
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=PARAMETERS, verbose=False)
    for document in documents:
        for tokens in document.sentences():
            trainer.append(features(words_of(document.text, tokens)), tags_of(tokens, document.entities))
    read = time.perf_counter()
    trainer.train(path)
    done = time.perf_counter()
    return {"training_seconds": done - begun, "optimiser_seconds": done - read}


def opened(path):
    tagger = pycrfsuite.Tagger()
    tagger.open(path)
    return tagger


def find(tagger, text, tokens):
    return ner_data.spans(tokens, tagger.tag(features(words_of(text, tokens))))


def find_with_scores(tagger, text, tokens):
    """What `find` gives, each with the product of its tokens' marginal probabilities."""
    found = find(tagger, text, tokens)
    places = {start: index for index, (start, _) in enumerate(tokens)} if found else {}
    scored = []
    for start, end, label in found:
        inside = [index for index in range(places[start], len(tokens)) if tokens[index][1] <= end]
        marginals = (tagger.marginal(f"{'I' if number else 'B'}-{label}", index) for number, index in enumerate(inside))
        scored.append((start, end, label, math.prod(marginals)))
    return scored


def evaluate(documents, path):
    tagger = opened(path)
    begun = time.perf_counter()
    found = [
        [span for tokens in document.sentences() for span in find(tagger, document.text, tokens)]
        for document in documents
    ]
    seconds = time.perf_counter() - begun
    tokens = sum(len(document.tokens) for document in documents)
    return {**ner_data.strict_scores(documents, found), "tokens_per_second": tokens / seconds}


def open_in_worker(path):
    global TAGGER
    TAGGER = opened(path)


def find_in_line(finder, line):
    return finder(TAGGER, line, [word.span() for word in re.finditer(r"\S+", line)])


def tag_lines(lines, path):
    answer = {"threads": PROCESSES}
    with multiprocessing.get_context("fork").Pool(PROCESSES, open_in_worker, (path,)) as pool:
        for name, finder in [("seconds", find_with_scores), ("seconds_without_scores", find)]:
            begun = time.perf_counter()
            rows = pool.map(functools.partial(find_in_line, finder), lines, LINES_AT_A_TIME)
            answer[name] = time.perf_counter() - begun
            answer["entities"] = sum(map(len, rows))
    return answer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("train", nargs="?")
    parser.add_argument("test", nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model")
    parser.add_argument("--texts")
    asked = parser.parse_args()
    if asked.texts:
        with open(asked.texts, encoding="utf-8") as file:
            answer = tag_lines(file.read().split("\n")[:-1], asked.model)
    else:
        with tempfile.TemporaryDirectory() as folder:
            model = asked.model or os.path.join(folder, "model.crfsuite")
            answer = {"threads": 1, **train(ner_data.read(asked.train), model)}
            answer |= evaluate(ner_data.read(asked.test), model)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
