"""The glossary keeps its promise: what a page marks as a term, or emphasizes, is explained there."""

import re
import unicodedata

import pytest

from conftest import PAGES, ROOT

SOURCE = (ROOT / "appendix" / "glossary.md").read_text(encoding="utf-8")
TERMS = re.findall(r"^(\S.*)\n  ", SOURCE.partition("```{glossary}\n")[2], re.M)
KNOWN = {term.casefold() for term in TERMS}
MATHEMATICS = [path for path in PAGES if path.parts[-2] in ("beyond", "1_linear_regression")]

# Emphasis that gives weight to a word, and doesn't introduce it.
WEIGHT = {
    "across",
    "against",
    "bayesian",
    "both needed",
    "by hand",
    "descent",
    "experiment",
    "from these samples",
    "function",
    "half",
    "into",
    "learn",
    "more neurons",
    "new",
    "none needed",
    "one",
    "order",
    "proof for samples",
    "proof on the line",
    "proof",
    "pure",
    "quick check",
    "rank",
    "second",
    "singular values",
    "sixth power",
    "square",
    "straight",
    "targets",
    "the descent",
    "the print's own truth",
    "twin",
}


def prose(path):
    """Return what a reader reads: no code, no formulas, no line that tells the place in print."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^(`{3,})\{(?:code-cell|eval-rst|math)\}.*?^\1$", "", text, flags=re.M | re.S)
    text = re.sub(r"^`{3,}.*$", "", text, flags=re.M)
    text = re.sub(r"^\{\.[a-z-]+\}\n(?:.+\n)+", "", text, flags=re.M)
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$", "", text, flags=re.S)
    return re.sub(r"(?:\{[a-z:]+\})?`[^`]+`", "", text)


def emphasized(path):
    """Return the phrases between single asterisks, in lower case: longer ones are statements, not terms."""
    found = re.findall(r"(?<![\w*])\*(?![*\s])([^*]+?)(?<!\s)\*(?![\w*])", prose(path))
    return {" ".join(phrase.split()).casefold().rstrip(".:") for phrase in found if len(phrase.split()) <= 6}


def test_terms_are_in_alphabetical_order_and_each_is_there_once():
    plain = [unicodedata.normalize("NFKD", term).encode("ascii", "ignore").decode().lower() for term in TERMS]
    assert plain == sorted(set(plain)) and {"gradient", "grobner basis", "weight"} <= set(plain)


@pytest.mark.parametrize("path", MATHEMATICS, ids=lambda path: path.stem)
def test_what_a_page_emphasizes_is_in_the_glossary_or_only_given_weight(path):
    assert emphasized(path) <= KNOWN | WEIGHT


def test_no_exception_is_left_over():
    assert WEIGHT - KNOWN == WEIGHT & set().union(*map(emphasized, MATHEMATICS))
