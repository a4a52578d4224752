"""The labelled sets that the taggers are compared on, all in one form, and how what a tagger finds is scored.

usage: ner_data.py FOLDER [SET...]

Writes FOLDER/<set>/train.jsonl and test.jsonl, one document a line, all places in characters:
{"text", "entities": [{"start", "end", "label"}], "tokens": [[start, end], ...]}
The tokens are for the peers: those of the files, and of TASTEset words and single signs. assay cuts its own.
The sets are read from the folder that ASSAY_REAL_DATA names, or from ../shared/data beside the repository.
"""

import csv
import json
import os
import pathlib
import random
import re
import sys
from typing import NamedTuple

CROSSNER = ["ai", "literature", "music", "politics", "science"]
SETS = ["wnut17", "tasteset", *CROSSNER]
SPLIT_SEED = 1
"""Decides which recipes of TASTEset are trained on (80 %) and which are held out; the other sets come split."""


class Document(NamedTuple):
    text: str
    entities: list
    """(start, end, label)"""
    tokens: list
    """(start, end)"""

    def sentences(self):
        """The tokens line by line."""
        sentence, line_end = [], -1
        for start, end in self.tokens:
            if sentence and start > line_end:
                yield sentence
                sentence = []
            if not sentence:
                line_end = self.text.find("\n", start)
                line_end = len(self.text) if line_end < 0 else line_end
            sentence.append((start, end))
        if sentence:
            yield sentence


def real_data():
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared/data"
    return pathlib.Path(os.environ.get("ASSAY_REAL_DATA", beside)) / "ner"


def split_set(name):
    """The documents of a set to train on and to test on."""
    if name == "tasteset":
        return tasteset()
    if name == "wnut17":
        paths = "wnut17/wnut17train.conll", "wnut17/emerging.dev.conll"
    else:
        paths = f"crossner/{name}/train.txt", f"crossner/{name}/dev.txt"
    return tuple(conll(real_data() / path) for path in paths)


def tasteset():
    with open(real_data() / "tasteset/data/TASTEset.csv", encoding="utf-8", newline="") as file:
        recipes = [recipe(row) for row in csv.DictReader(file)]
    random.Random(SPLIT_SEED).shuffle(recipes)
    trained_on = len(recipes) * 8 // 10
    return recipes[:trained_on], recipes[trained_on:]


def recipe(row):
    text = row["ingredients"]
    entities = [(entity["start"], entity["end"], entity["type"]) for entity in json.loads(row["ingredients_entities"])]
    return Document(text, entities, [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)])


def conll(path):
    """A file of tokens with tags, one document per sentence: its tokens with single spaces between."""
    lines = path.read_text(encoding="utf-8").split("\n")
    sentences, sentence = [], []
    for line in [*lines, ""]:
        columns = line.split()
        if columns:
            sentence.append((columns[0], columns[-1]))
        elif sentence:
            sentences.append(labelled(*zip(*sentence)))
            sentence = []
    return sentences


def labelled(words, tags):
    tokens, start = [], 0
    for word in words:
        tokens.append((start, start + len(word)))
        start += len(word) + 1
    return Document(" ".join(words), spans(tokens, tags), tokens)


def spans(tokens, tags):
    """The entities that IOB tags mark. An I that continues nothing begins one."""
    found, begun, open_label = [], None, None
    for index, tag in enumerate([*tags, "O"]):
        prefix, _, label = tag.partition("-")
        if open_label and (prefix != "I" or label != open_label):
            found.append((tokens[begun][0], tokens[index - 1][1], open_label))
            open_label = None
        if label and not open_label:
            begun, open_label = index, label
    return found


def write(path, documents):
    with open(path, "w", encoding="utf-8") as file:
        for document in documents:
            entities = [{"start": start, "end": end, "label": label} for start, end, label in document.entities]
            line = {"text": document.text, "entities": entities, "tokens": document.tokens}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read(path):
    with open(path, encoding="utf-8") as file:
        return [from_json(json.loads(line)) for line in file]


def from_json(line):
    entities = [(entity["start"], entity["end"], entity["label"]) for entity in line["entities"]]
    return Document(line["text"], entities, [tuple(token) for token in line["tokens"]])


def strict_scores(documents, found):
    """Micro-averaged: an entity is right where its start, its end and its label are."""
    pairs = [(set(document.entities), set(spans)) for document, spans in zip(documents, found, strict=True)]
    right = sum(len(gold & spans) for gold, spans in pairs)
    wanted, given = (sum(len(pair[side]) for pair in pairs) for side in (0, 1))
    precision, recall = (right / count if count else 0.0 for count in (given, wanted))
    return {"precision": precision, "recall": recall, "f1": 2 * right / (wanted + given)}


def prepare(folder, names):
    for name in names:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for part, documents in zip(("train", "test"), split_set(name)):
            write(folder / name / f"{part}.jsonl", documents)


if __name__ == "__main__":
    prepare(pathlib.Path(sys.argv[1]), sys.argv[2:] or SETS)
