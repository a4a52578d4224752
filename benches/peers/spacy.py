"""A blank spaCy pipeline with `ner` alone, trained for 15 epochs.

usage: spacy.py TRAIN TEST [--seed N] [--model FOLDER]    train, tag the test documents, score
       spacy.py --model FOLDER --texts FILE               tag the lines of a text with two processes

Prints one JSON document. The words are the tokens of the data; as in spaCy's own tokenizer, line ends are words, too.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# This file would be taken for the library of the same name.
sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != HERE]
sys.dont_write_bytecode = True

import argparse  # noqa: E402
import json  # noqa: E402
import multiprocessing  # noqa: E402
import random  # noqa: E402
import time  # noqa: E402

import spacy  # noqa: E402
from spacy.tokens import Doc  # noqa: E402
from spacy.training import Example  # noqa: E402
from spacy.util import compounding, filter_spans, fix_random_seed, minibatch  # noqa: E402

sys.path.append(HERE)
import ner_data  # noqa: E402

EPOCHS = 15
DROPOUT = 0.2
PROCESSES = 2
LINES_AT_A_TIME = 200


def blank_pipeline():
    pipeline = spacy.blank("en")
    pipeline.tokenizer = lambda line: Doc(pipeline.vocab, words=line.split(" "))
    pipeline.add_pipe("ner")
    return pipeline


def words_of(pipeline, document):
    """The document as spaCy's words: a space behind a word belongs to it, any more white space is a word."""
    words, spaces, end = [], [], 0
    for start, next_end in [*document.tokens, (len(document.text), len(document.text))]:
        between = document.text[end:start]
        if words and between.startswith(" "):
            spaces[-1] = True
            between = between[1:]
        for word in filter(None, (between, document.text[start:next_end])):
            words.append(word)
            spaces.append(False)
        end = next_end
    return Doc(pipeline.vocab, words=words, spaces=spaces)


def example(pipeline, document):
    """Entities take all of the words that they touch; of two that share a word the longer one has both."""
    marked = words_of(pipeline, document)
    spans = [
        marked.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in document.entities
    ]
    marked.set_ents(filter_spans(spans))
    return Example(words_of(pipeline, document), marked)


def train(documents, seed):
    fix_random_seed(seed)
    pipeline = blank_pipeline()
    begun = time.perf_counter()
    examples = [example(pipeline, document) for document in documents]
    optimiser = pipeline.initialize(lambda: examples)
    for _ in range(EPOCHS):
        random.shuffle(examples)
        for batch in minibatch(examples, size=compounding(4.0, 32.0, 1.001)):
            pipeline.update(batch, sgd=optimiser, drop=DROPOUT)
    return pipeline, time.perf_counter() - begun


def entities(doc):
    return [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]


def evaluate(pipeline, documents):
    docs = [words_of(pipeline, document) for document in documents]
    begun = time.perf_counter()
    found = [entities(doc) for doc in pipeline.pipe(docs)]
    seconds = time.perf_counter() - begun
    tokens = sum(len(document.tokens) for document in documents)
    return {**ner_data.strict_scores(documents, found), "tokens_per_second": tokens / seconds}


def tag_lines(pipeline, lines):
    begun = time.perf_counter()
    docs = pipeline.pipe(lines, n_process=PROCESSES, batch_size=LINES_AT_A_TIME)
    found = [entities(doc) for doc in docs]
    return {"threads": PROCESSES, "seconds": time.perf_counter() - begun, "entities": sum(map(len, found))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("train", nargs="?")
    parser.add_argument("test", nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model")
    parser.add_argument("--texts")
    asked = parser.parse_args()
    if asked.texts:
        # The workers take the tokenizer over as it is.
        multiprocessing.set_start_method("fork")
        pipeline = blank_pipeline().from_disk(asked.model, exclude=["tokenizer"])
        with open(asked.texts, encoding="utf-8") as file:
            answer = tag_lines(pipeline, file.read().split("\n")[:-1])
    else:
        pipeline, seconds = train(ner_data.read(asked.train), asked.seed)
        answer = {"threads": len(os.sched_getaffinity(0)), "training_seconds": seconds}
        answer |= evaluate(pipeline, ner_data.read(asked.test))
        if asked.model:
            pipeline.to_disk(asked.model, exclude=["tokenizer"])
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
