"""Reads texts with a GLiNER model, for assay.

    python3 -m pip install "gliner==0.2.29" "transformers==5.16.1" "torch==2.15.0"
    python3 gliner_adapter.py urchade/gliner_multi-v2.1 --labels person,organisation

MODEL is a name on the Hugging Face hub or a directory. GLiNER finds what the
labels say, so they are chosen here and not by the model. It reads a limited
number of words and drops the rest; a long text is read in overlapping windows.
"""
import argparse
import os
import warnings
from collections import Counter
from pathlib import Path

import assay_tagger  # before the library: it keeps stdout for the protocol

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
from gliner import GLiNER
from huggingface_hub import try_to_load_from_cache

FEWEST_PIECES = 32  # pieces of text that must fit beside the labels


def main():
    options = arguments()
    # A text that the library cuts after all becomes an error of its row.
    warnings.filterwarnings("error", message=".*has been truncated to")
    model = GLiNER.from_pretrained(options.model, revision=options.revision, map_location=options.device)
    model.eval()
    name, version = identity(options)
    pieces = room_for_text(model, options.labels)
    if pieces < FEWEST_PIECES:
        assay_tagger.give_up(f"{len(options.labels)} labels leave no room for a text")
    assay_tagger.serve(name, version, options.labels, lambda texts: tag(model, texts, pieces, options))


def arguments():
    parser = assay_tagger.Arguments(description="GLiNER as a tagger of assay")
    parser.add_argument("model", metavar="MODEL", help="a name on the hub or a directory")
    parser.add_argument("--labels", type=label_list, required=True, help="person,organisation,...")
    parser.add_argument("--threshold", type=float, default=0.5, help="lowest score of an entity (0.5)")
    parser.add_argument("--revision", help="branch, tag or commit on the hub")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, mps (cpu)")
    parser.add_argument("--batch-size", type=int, default=8, help="windows read together (8)")
    return parser.parse_args()


def label_list(written):
    labels = list(dict.fromkeys(label.strip() for label in written.split(",") if label.strip()))
    if not labels:
        raise argparse.ArgumentTypeError("no label given")
    return labels


def identity(options):
    """The name and the version; of a model on the hub the commit that was loaded."""
    if Path(options.model).is_dir():
        return Path(options.model).resolve().name, assay_tagger.version_of_directory(options.model)
    cached = try_to_load_from_cache(options.model, "gliner_config.json", revision=options.revision)
    commit = Path(cached).parent.name if isinstance(cached, str) else options.revision
    return options.model, commit or "unversioned"


def room_for_text(model, labels):
    """Pieces of words that fit into the model together with the labels."""
    tokenizer = model.data_processor.transformer_tokenizer
    encoder = getattr(model.config, "encoder_config", None)
    positions = getattr(encoder, "max_position_embeddings", None) or tokenizer.model_max_length
    prompt = [word for label in labels for word in (model.config.ent_token, label)]
    used = len(tokenizer(prompt + [model.config.sep_token], is_split_into_words=True)["input_ids"])
    return min(tokenizer.model_max_length, positions - 2) - used  # some count positions from 2


def tag(model, texts, pieces, options):
    windows = [
        (number, *window)
        for number, text in enumerate(texts)
        for window in windows_of(model, text, pieces)
    ]
    found = model.inference(
        [texts[number][start:end] for number, start, end, _, _ in windows],
        options.labels,
        threshold=options.threshold,
        flat_ner=True,
        batch_size=options.batch_size,
    )
    answers = [[] for _ in texts]
    for (number, start, _, own_start, own_end), entities in zip(windows, found):
        answers[number] += [
            (one["label"], start + one["start"], start + one["end"], one["score"])
            for one in entities
            if own_start <= start + one["start"] < own_end
        ]
    return answers


def windows_of(model, text, pieces):
    """(start, end, own_start, own_end) in characters; an entity belongs where it starts."""
    words = list(model.data_processor.words_splitter(text))
    if not words:
        return
    most = model.config.max_len
    costs = [max(1, count * most / pieces) for count in piece_counts(model, words)]
    for first, last, own_first, own_last in assay_tagger.windows(costs, most, most // 8):
        own_end = words[own_last][1] if own_last < len(words) else len(text)
        yield words[first][1], words[last - 1][2], words[own_first][1], own_end


def piece_counts(model, words):
    encoding = model.data_processor.transformer_tokenizer(
        [word for word, _, _ in words], is_split_into_words=True, add_special_tokens=False, verbose=False
    )
    counts = Counter(encoding.word_ids())
    return [counts[number] for number in range(len(words))]


if __name__ == "__main__":
    main()
