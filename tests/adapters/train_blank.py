"""Trains a blank spaCy pipeline on JSON lines with spans: train_blank.py LABELLED FOLDER"""

import json
import random
import sys

import spacy
from spacy.training import Example
from spacy.util import fix_random_seed, minibatch

labelled, folder = sys.argv[1:]
fix_random_seed(1)
pipeline = spacy.blank("en")
pipeline.add_pipe("ner")
examples = []
with open(labelled, encoding="utf-8") as lines:
    for line in map(json.loads, lines):
        entities = [(one["start"], one["end"], one["label"]) for one in line["entities"]]
        examples.append(Example.from_dict(pipeline.make_doc(line["text"]), {"entities": entities}))
optimiser = pipeline.initialize(lambda: examples)
for _ in range(15):
    random.shuffle(examples)
    for batch in minibatch(examples, size=16):
        pipeline.update(batch, sgd=optimiser, drop=0.1)
pipeline.to_disk(folder)
