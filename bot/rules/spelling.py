"""One spelling for words that have several: British to American, irregular plurals, letters with strokes.

Only equality matters here, never beauty: both the rule's words and the paper's go through the same table.
"""

from __future__ import annotations

import re

LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
"""Letters that Unicode does not take apart (NFKD), as they are written without them."""

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau "
    "upsilon phi chi psi omega "
)
GREEK = {chr(0x3B1 + place): name for place, name in enumerate(_GREEK.split())} | {
    "ϵ": "epsilon",
    "ϕ": "phi",
    "µ": "mu",
}
"""A Greek letter standing alone is its name: β-VAE is beta-VAE."""

_OUR = re.compile(
    r"(behavi|col|fav|flav|glam|harb|hon|hum|lab|neighb|od|rig|rum|sav|splend|tum|val|vap|vig|endeav|arm)our"
)
_DOUBLE_L = re.compile(
    r"(cancel|channel|counsel|dial|equal|fuel|funnel|initial|label|level|marshal|model|panel|parcel|pixel|rival"
    r"|signal|spiral|total|travel|tunnel|unravel)l(ed|er|ers|ing|ings)$"
)
_RE = re.compile(r"(calib|cent|fib|lit|lust|meag|met|somb|spect|theat)re(s|d)?$")
_OGUE = re.compile(r"(anal|catal|dial|epil|homol|monol|prol)ogue(s?)$")
_ISE = re.compile(r"(?<=[a-z]{2})is(e|ed|es|er|ers|ing|ation|ations|ational|able)$")
_KEPT = re.compile(
    r"(adv|appra|ar|aw|br[au]|ch|compr|comprom|conc|cru|dem|desp|dev|disgu|enterpr|exc|exerc|expert|franch|improv|inc"
    r"|n[ou]|parad|po|pra|prec|prem|prom|ra|rev|r|superv|surm|surpr|telev|treat|turquo|[a-z]*w)is"
)
"""Beginnings that end in -ise on both sides of the ocean: *supervised* belongs to *supervision*."""
_PREFIXED = re.compile(r"^(un|de|semi|self|non|re|pre|multi)")
_YSE = re.compile(r"(?<=[a-z]l)ys(e|ed|er|ers|ing)$")

_PAIRS = (
    "acknowledgement:acknowledgment aeroplane:airplane ageing:aging aluminium:aluminum anaemia:anemia "
    "appendices:appendix artefact:artifact artefacts:artifact automata:automaton biased:biased biassed:biased "
    "cheque:check children:child corpora:corpus criteria:criterion defence:defense defences:defense "
    "diagnoses:diagnosis enrol:enroll foetal:fetal focussed:focused focusses:focuses focussing:focusing "
    "fulfil:fulfill grey:gray haematology:hematology hypotheses:hypothesis indices:index judgement:judgment "
    "judgements:judgment learnt:learned leukaemia:leukemia licence:license licences:license manoeuvre:maneuver "
    "manoeuvres:maneuver matrices:matrix maxima:maximum metaanalyses:metaanalysis minima:minimum mould:mold "
    "offence:offense offences:offense optima:optimum paediatric:pediatric parentheses:parenthesis "
    "phenomena:phenomenon plough:plow practise:practice practised:practiced practising:practicing pretence:pretense "
    "programme:program programmes:program queueing:queuing sceptical:skeptical simplices:simplex skilful:skillful "
    "spectra:spectrum sulphur:sulfur syntheses:synthesis tokeniser:tokenizer tyre:tire vertices:vertex "
    "vortices:vortex analyses:analysis theses:thesis wilful:willful aetiology:etiology oesophageal:esophageal "
    "anaesthesia:anesthesia oedema:edema orthopaedic:orthopedic sizeable:sizable "
)
_WHOLE = dict(pair.split(":") for pair in _PAIRS.split())


def american(word: str) -> str:
    """The American spelling of a folded word (`quantisation` → `quantization`); other words come back unchanged."""
    whole = _WHOLE.get(word)
    if whole is not None:
        return whole
    if len(word) < 5:
        return word
    if "our" in word:
        word = _OUR.sub(r"\1or", word)
    if "is" in word and not _KEPT.match(word) and not _KEPT.match(_PREFIXED.sub("", word)):
        word = _ISE.sub(r"iz\1", word)
    if "lys" in word:
        word = _YSE.sub(r"yz\1", word)
    if "ll" in word:
        word = _DOUBLE_L.sub(r"\1\2", word)
    if "re" in word[-3:]:
        word = _RE.sub(r"\1er\2", word)
    return _OGUE.sub(r"\1og\2", word) if "ogue" in word else word


_IZE = re.compile(r"([a-z]{3,}iz)(e|ed|es|er|ers|ing|able|ation|ations|ational)")
_APART = (
    "objective objectives objectively | positive positives positively | university universities | important importance "
    "importantly | experience experiences experienced | transformation transformations | community communities "
    "| animation animations | organism organisms | organic | mechanism mechanisms | critical critically | several "
    "| authority authorities | numerous | emergency emergencies | personal personally | relative relatively"
)
_OWN = {word: words.split()[0] for words in _APART.split(" | ") for word in words.split()}


def apart(word: str) -> str | None:
    """The family of a word that the stemmer would put into another's: an *objective* is no *object*.

    Words in -ize have families of their own too: *tokenization* is not *token*, *generalize* is not *general*.
    """
    ized = _IZE.fullmatch(word) if "iz" in word else None
    return ized[1] if ized else _OWN.get(word)
