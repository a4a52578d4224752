"""Reads texts with a token classification model of transformers, for assay.

    python3 -m pip install "transformers==5.16.1" "torch==2.15.0"
    python3 huggingface_adapter.py dslim/bert-base-NER --revision main

MODEL is a name on the Hugging Face hub or a directory. A long text is read in
overlapping windows. The pieces of a word get one label, as --aggregation says,
and words of one label that follow each other are one entity. The pipeline of
transformers is not used: it joins a word with a combining accent inside to the
word before, and with many tokenizers also words that a line end parts.
"""
import os
import re
from pathlib import Path

import assay_tagger  # before the library: it keeps stdout for the protocol
from assay_tagger import is_mark

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer
from transformers.utils import logging

LONGEST_WINDOW = 512  # tokens; NER models are rarely trained on more
PREFIX = re.compile(r"^([BILUES])-")


def main():
    options = arguments()
    logging.disable_progress_bar()
    reader = Reader(options)
    version = assay_tagger.version_of_directory(options.model) if reader.is_local else reader.commit
    name = Path(options.model).resolve().name if reader.is_local else options.model
    assay_tagger.serve(name, version, reader.labels, reader.tag)


def arguments():
    parser = assay_tagger.Arguments(description="Hugging Face transformers as a tagger of assay")
    parser.add_argument("model", metavar="MODEL", help="a name on the hub or a directory")
    parser.add_argument("--revision", help="branch, tag or commit on the hub")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, mps (cpu)")
    parser.add_argument("--aggregation", choices=["first", "average", "max"], default="first",
                        help="which pieces of a word decide on its label (first)")
    parser.add_argument("--batch-size", type=int, default=8, help="windows read together (8)")
    return parser.parse_args()


class Reader:
    def __init__(self, options):
        self.options = options
        self.is_local = Path(options.model).is_dir()
        self.tokenizer = AutoTokenizer.from_pretrained(options.model, revision=options.revision)
        self.model, info = AutoModelForTokenClassification.from_pretrained(
            options.model, revision=options.revision, output_loading_info=True
        )
        if info["missing_keys"]:
            assay_tagger.give_up(f"{options.model} is not trained to classify tokens")
        if not self.tokenizer.is_fast:
            assay_tagger.give_up(f"the tokenizer of {options.model} does not tell offsets")
        self.model.to(options.device).eval()
        config = self.model.config
        self.commit = getattr(config, "_commit_hash", None) or options.revision or "unversioned"
        self.names = [split(config.id2label[index]) for index in range(config.num_labels)]
        self.labels = {label for _, label in self.names if label != "O"}
        self.before, self.after = special_tokens(self.tokenizer)
        self.size = window_size(self.tokenizer, config) - len(self.before) - len(self.after)
        self.padding = self.tokenizer.pad_token_id or 0

    def tag(self, texts):
        read = [
            self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
            for text in texts
        ]
        windows = [
            (number, window)
            for number, encoding in enumerate(read)
            for window in assay_tagger.windows([1] * len(encoding["input_ids"]), self.size, self.size // 8)
        ]
        windows.sort(key=lambda one: one[1][1] - one[1][0])  # little padding in a batch
        shares = [torch.zeros(len(encoding["input_ids"]), len(self.names)) for encoding in read]
        for at in range(0, len(windows), self.options.batch_size):
            self.read_some(windows[at : at + self.options.batch_size], read, shares)
        return [
            self.entities(text, self.words(text, encoding, share.tolist()))
            for text, encoding, share in zip(texts, read, shares)
        ]

    @torch.inference_mode()
    def read_some(self, windows, read, shares):
        """Fills in the shares of the labels for the own tokens of some windows."""
        rows = [
            self.before + read[number]["input_ids"][first:last] + self.after
            for number, (first, last, _, _) in windows
        ]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [self.padding] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        device = self.options.device
        logits = self.model(input_ids=ids.to(device), attention_mask=mask.to(device)).logits
        for found, (number, (first, _, own_first, own_last)) in zip(logits.float().cpu(), windows):
            skipped = len(self.before) - first
            own = found[own_first + skipped : own_last + skipped]
            shares[number][own_first:own_last] = own.softmax(-1)

    def words(self, text, encoding, shares):
        """(start, end, shares of the labels) of every word."""
        words, open_number = [], None
        for number, (start, end), share in zip(encoding.word_ids(), encoding["offset_mapping"], shares):
            if words and (number == open_number is not None or within_word(text, start, words[-1][1])):
                words[-1][1] = max(end, words[-1][1])
                words[-1][2].append(share)
            else:
                words.append([start, end, [share]])
            open_number = number
        return [(start, end, aggregated(pieces, self.options.aggregation)) for start, end, pieces in words]

    def entities(self, text, words):
        found, scores = [], []
        open_label = None
        for start, end, shares in words:
            score = max(shares)
            prefix, label = self.names[shares.index(score)]
            if label == "O":
                open_label = None
            elif label == open_label and prefix not in ("B", "U", "S"):
                found[-1][2] = end
                scores[-1].append(score)
            else:
                found.append([label, start, end])
                scores.append([score])
                open_label = label
        trimmed = [(label, *trim(text, start, end)) for label, start, end in found]
        return [
            (label, start, end, sum(of) / len(of))
            for (label, start, end), of in zip(trimmed, scores)
            if start < end
        ]


def split(name):
    """B-PER is the beginning of PER; a name without such a prefix goes on."""
    prefix = PREFIX.match(name)
    return (prefix.group(1), name[2:]) if prefix else ("I", name)


def special_tokens(tokenizer):
    """What the tokenizer puts before and after a text."""
    probe = tokenizer("a", return_special_tokens_mask=True)
    ids, special = probe["input_ids"], probe["special_tokens_mask"]
    first = special.index(0)
    last = len(special) - special[::-1].index(0)
    return ids[:first], ids[last:]


def window_size(tokenizer, config):
    positions = getattr(config, "max_position_embeddings", None) or LONGEST_WINDOW + 2
    return min(LONGEST_WINDOW, tokenizer.model_max_length, positions - 2)  # some count from 2


def aggregated(shares, how):
    if how == "average":
        return [sum(column) / len(shares) for column in zip(*shares)]
    return shares[0] if how == "first" else max(shares, key=max)


def within_word(text, start, end_before):
    """Some tokenizers end a word at an accent that is a character of its own."""
    if not 0 < start == end_before < len(text):
        return False
    return is_mark(text[start]) or is_mark(text[start - 1]) and text[start].isalpha()


def trim(text, start, end):
    while start < end and is_edge(text[start]):
        start += 1
    while start < end and is_edge(text[end - 1]):
        end -= 1
    return start, end


def is_edge(character):
    """Spaces, control characters and a few signs are no part of a name at its ends."""
    return character in " ,;:" or not character.isprintable()


if __name__ == "__main__":
    main()
