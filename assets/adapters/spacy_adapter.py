"""Reads texts with a spaCy pipeline, for assay.

    python3 -m pip install "spacy==3.8.18"
    python3 -m spacy download en_core_web_sm
    python3 spacy_adapter.py en_core_web_sm

MODEL is an installed package or a directory. The entities are those of
`doc.ents`. spaCy's `ner` gives them no score, so every entity is looked at
again with beam search: its score is the share of the readings that contain it.
Entities that another component set, such as an entity ruler, have score 1.
"""
from contextlib import nullcontext
from pathlib import Path

import assay_tagger  # before the library: it keeps stdout for the protocol

import spacy
from spacy.pipeline import EntityRecognizer
from spacy.pipeline._parser_internals._beam_utils import BeamBatch
from spacy.pipeline._parser_internals.stateclass import StateClass
from spacy.tokens import Doc

UNHELD = 0.001  # score of an entity that none of the readings contains
DENSITY = 0.0001  # a reading this much less likely than the best one is left out
MARGIN = 6  # tokens read on either side of an entity
AT_ONCE = 64  # entities scored together


def main():
    options = arguments()
    nlp = spacy.load(options.model)
    labels = announced_labels(nlp)
    if not labels:
        assay_tagger.give_up(f"{options.model} has no component that finds entities")
    name, version = identity(options.model, nlp)
    assay_tagger.serve(name, version, labels, lambda texts: tag(nlp, texts, options))


def arguments():
    parser = assay_tagger.Arguments(description="spaCy as a tagger of assay")
    parser.add_argument("model", metavar="MODEL", help="an installed package or a directory")
    parser.add_argument("--batch-size", type=int, default=64, help="texts read together (64)")
    parser.add_argument("--beam-width", type=int, default=16, help="readings compared for a score (16)")
    return parser.parse_args()


def identity(model, nlp):
    version = nlp.meta.get("version") or "0"
    if Path(model).is_dir():
        return Path(model).resolve().name, f"{version}+{assay_tagger.version_of_directory(model)}"
    return model, version


def announced_labels(nlp):
    """Labels of the components that set `doc.ents`."""
    return {
        label
        for name, pipe in nlp.pipeline
        if "doc.ents" in nlp.get_pipe_meta(name).assigns or getattr(pipe, "annotate_ents", False)
        for label in nlp.pipe_labels.get(name, [])
    }


def tag(nlp, texts, options):
    """The memory zone forgets the words of these texts again; spaCy keeps them all otherwise."""
    with nlp.memory_zone() if hasattr(nlp, "memory_zone") else nullcontext():
        try:
            return read(nlp, texts, options)
        except Exception as error:  # one that leaves the zone would damage it
            failed = error
    raise failed


def read(nlp, texts, options):
    """Runs the components one after the other, to know which entities are the ner's own."""
    docs = [nlp.make_doc(text) for text in texts]
    scores = [{} for _ in docs]
    for _, pipe in nlp.pipeline:
        before = [{key(entity) for entity in doc.ents} for doc in docs]
        docs = apply(pipe, docs, options.batch_size)
        if isinstance(pipe, EntityRecognizer):
            found = [[e for e in doc.ents if key(e) not in known] for doc, known in zip(docs, before)]
            for known, new in zip(scores, beam_scores(pipe, docs, found, options.beam_width)):
                known.update(new)
    return [
        [(e.label_, e.start_char, e.end_char, known.get(key(e), 1.0)) for e in doc.ents]
        for doc, known in zip(docs, scores)
    ]


def apply(pipe, docs, batch_size):
    if hasattr(pipe, "pipe"):
        return list(pipe.pipe(docs, batch_size=batch_size))
    return [pipe(doc) for doc in docs]


def key(entity):
    return entity.start_char, entity.end_char, entity.label_


def beam_scores(ner, docs, found, width):
    """A dictionary of scores per doc, for the entities that greedy parsing found.

    `ner.beam_parse(docs)` would compare readings of whole docs: in a long one
    the few readings kept differ in an entity or two, and all others would seem
    sure. The transitions look only at the token vectors and the open entity,
    so a beam over a few tokens around an entity sees what the greedy parser
    saw, as long as the vectors are those of the whole doc. The `offset` of a
    state says where in the batch its tokens stand.
    """
    scores = [{} for _ in docs]
    if not any(found):
        return scores
    model = ner.model.predict(docs)
    jobs, offset = [], 0
    for doc, entities, known in zip(docs, found, scores):
        jobs += [(entity, offset, known) for entity in entities]
        offset += len(doc)
    for at in range(0, len(jobs), AT_ONCE):
        score_some(ner, model, jobs[at : at + AT_ONCE], width)
    model.clear_memory()
    return scores


def score_some(ner, model, jobs, width):
    states, places = [], []
    for entity, offset, _ in jobs:
        first = max(0, entity.start - MARGIN)
        around = entity.doc[first : entity.end + MARGIN]
        states.append(StateClass(copy(around), offset=offset + first))
        places.append((entity.start - first, entity.end - first, entity.label_))
    beams = BeamBatch(ner.moves, states, None, width, density=DENSITY)
    while not beams.is_done:
        beams.advance(model.predict(beams.get_unfinished_states()))
    for (entity, _, known), place, beam in zip(jobs, places, beams):
        readings = ner.moves.get_beam_parses(beam)
        score = sum(share for share, entities in readings if place in entities)
        known[key(entity)] = max(score, UNHELD)


def copy(span):
    """The tokens alone: entities already set would force the beam to repeat them."""
    return Doc(
        span.doc.vocab,
        words=[token.text for token in span],
        spaces=[bool(token.whitespace_) for token in span],
        sent_starts=[token.is_sent_start for token in span],
    )


if __name__ == "__main__":
    main()
