"""What must hold of every hostile file's answer: not accepted, the right reason with its sentence, in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from signing import sentences
from signing.seal.verdict import Indication
from signing.sentence_texts import SENTENCES
from tests.hostile_pdf.child import SECONDS, Answer
from tests.hostile_pdf.ground import Variant


def problems(variants: Iterable[Variant], answers: Mapping[str, Answer]) -> list[str]:
    """Return what is wrong with the answers, a line for each."""
    found = []
    for variant in variants:
        answer = answers[variant.label]
        verdict = answer.verdict
        bad = [one for one in verdict.reasons if one.indication is not Indication.PASSED]
        codes = [one.code for one in bad]
        if verdict.indication is Indication.PASSED or not bad:
            found.append(f"{variant.label}: accepted")
        elif not any(code.startswith(wanted) for code in codes for wanted in variant.codes):
            found.append(f"{variant.label}: {codes} instead of {variant.codes}")
        elif "pdf.unexpected" in codes or set(codes) - set(SENTENCES):
            found.append(f"{variant.label}: {codes} has no words")
        elif sentences.sentence(bad[0]) not in sentences.sentences(verdict):
            found.append(f"{variant.label}: the sentence is not said")
        if answer.seconds > SECONDS:
            found.append(f"{variant.label}: {answer.seconds:.1f} s")
    return found
