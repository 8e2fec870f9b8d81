"""TeX's vocabulary: which macro stands for which characters. Words only, no reading."""

from __future__ import annotations

from functools import cache


def words(text: str) -> frozenset[str]:
    """A set of words, written as words."""
    return frozenset(text.split())


OWN = {
    # where pylatexenc's choice is rare in running text, or it has none
    "sim": "~", "ast": "*", "star": "⋆", "mid": "|", "phi": "φ", "epsilon": "ε", "leqslant": "≤", "geqslant": "≥",
    "prime": "′", "bullet": "•", "backslash": "\\", "|": "‖", "lceil": "⌈", "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋",
    "lbrace": "{", "rbrace": "}", "lVert": "‖", "rVert": "‖", "Vert": "‖", "colon": ":", "gcd": "gcd", "arg": "arg",
    "argmax": "argmax", "argmin": "argmin", "det": "det", "dim": "dim", "ker": "ker", "deg": "deg", "Pr": "Pr",
    "mod": "mod", "bmod": "mod", "poly": "poly", "polylog": "polylog", "checkmark": "✓", "cmark": "✓", "xmark": "✗",
    "degree": "°", "textdegree": "°", "copyright": "©", "pounds": "£", "euro": "€", "S": "§", "P": "¶",
    "slash": "/", "TeX": "TeX", "LaTeX": "LaTeX", "lbrack": "[", "rbrack": "]", "gets": "←", "iff": "⟺",
    "implies": "⟹", "Rightarrow": "⇒", "Leftarrow": "⇐", "Leftrightarrow": "⇔", "leftrightarrow": "↔",
    "mapsto": "↦", "hookrightarrow": "↪", "xrightarrow": "→", "leadsto": "⇝", "nearrow": "↗", "searrow": "↘",
    "triangleq": "≜", "coloneqq": "≔", "vDash": "⊨", "models": "⊨", "vdash": "⊢", "top": "⊤", "bot": "⊥", "perp": "⊥",
    "land": "∧", "lor": "∨", "neg": "¬", "lnot": "¬", "angle": "∠", "triangle": "△", "square": "□", "blacksquare": "■",
    "dagger": "†", "ddagger": "‡", "odot": "⊙", "ominus": "⊖", "div": "÷", "cdotp": "·", "lvert": "|", "rvert": "|",
    "Re": "Re", "Im": "Im", "wp": "℘", "ldots": "…", "dots": "…", "textellipsis": "…", "today": "",
    # what authors define for themselves in every other paper
    "eg": "e.g.", "ie": "i.e.", "etal": "et al.", "cf": "cf.", "wrt": "w.r.t.", "aka": "a.k.a.", "vs": "vs.",
    "iid": "i.i.d.", "etc": "etc.",
}  # fmt: skip

SILENT = words(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle displaystyle textstyle "
    "scriptstyle limits nolimits xspace protect noindent centering small tiny large Large footnotesize scriptsize "
    "normalsize em bf it rm sc sl tt sf bfseries itshape rmfamily sffamily ttfamily scshape mdseries upshape "
    "normalfont maketitle hfill vfill break nobreak relax ! / - footnotemark selectfont boldmath unboldmath"
)
GAPS = words(
    ", ; : > space quad qquad enspace thinspace medspace thickspace newline linebreak par \\ hskip hspace vspace "
    "smallskip medskip bigskip clearpage"
) | {" ", "\n"}
DROPPED = words(
    "cite citep citet citealp citealt citeauthor citeyear ref eqref autoref cref Cref label pageref begin end "
    "includegraphics vspace hspace color bibliography thanks index phantom vphantom hphantom setcounter pagestyle "
    "thispagestyle usepackage input include footnotetext"
)
LETTERS = words("o O l L i j ss ae AE oe OE aa AA dh DH th TH dj DJ ng NG")
"""Letters of a name: the space that ends the macro is no part of the word (`S\\o ren`)."""

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "d": "\u0323", "b": "\u0331",
    "r": "\u030a", "hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "vec": "\u20d7", "dot": "\u0307",
    "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "widehat": "\u0302", "widetilde": "\u0303", "overline": "\u0304", "mathring": "\u030a",
}  # fmt: skip

BOARD = dict(zip("CHNPQRZE", "ℂℍℕℙℚℝℤ𝔼", strict=True))

BRACED = {
    "+/-": "±", "-/-": "-/-", "+/+": "+/+", "micro": "µ", "degrees": "°", "degree": "°", "middle dot": "·",
    "approx": "≈", "approximately": "≈", "times": "×", "infty": "∞", "rightarrow": "→", "leftarrow": "←",
    "Delta": "Δ", "Gamma": "Γ", "Lambda": "Λ", "Omega": "Ω", "Phi": "Φ", "Pi": "Π", "Psi": "Ψ", "Sigma": "Σ",
    "Theta": "Θ", "Xi": "Ξ", "alpha": "α", "beta": "β", "chi": "χ", "delta": "δ", "epsilon": "ε", "eta": "η",
    "gamma": "γ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "omega": "ω", "phi": "φ",
    "pi": "π", "psi": "ψ", "rho": "ρ", "sigma": "σ", "tau": "τ", "theta": "θ", "xi": "ξ", "zeta": "ζ",
}  # fmt: skip
"""Names in braces, as bioRxiv's feeds write Greek letters: `vip1{Delta}`."""


@cache
def symbols() -> dict[str, str]:
    """Every macro that simply stands for some characters: pylatexenc's table, with ours laid over it."""
    from pylatexenc import latex2text  # a tenth of a second, so only for whoever meets TeX

    specs = latex2text.get_default_latex_context_db().iter_macro_specs()
    known = {s.macroname: s.simplify_repl for s in specs if isinstance(s.simplify_repl, str)}
    return {name: repl.strip() for name, repl in known.items() if "%" not in repl} | OWN
