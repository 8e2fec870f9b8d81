"""arXiv's categories and what they are called. Pure.

https://arxiv.org/category_taxonomy
"""

from __future__ import annotations

from collections.abc import Mapping

_WRITTEN = """
cs: AI Artificial Intelligence | AR Hardware Architecture | CC Computational Complexity
cs: CE Computational Engineering, Finance, and Science | CG Computational Geometry | CL Computation and Language
cs: CR Cryptography and Security | CV Computer Vision and Pattern Recognition | CY Computers and Society | DB Databases
cs: DC Distributed, Parallel, and Cluster Computing | DL Digital Libraries | DM Discrete Mathematics
cs: DS Data Structures and Algorithms | ET Emerging Technologies | FL Formal Languages and Automata Theory
cs: GL General Literature | GR Graphics | GT Computer Science and Game Theory | HC Human-Computer Interaction
cs: IR Information Retrieval | IT Information Theory | LG Machine Learning | LO Logic in Computer Science
cs: MA Multiagent Systems | MM Multimedia | MS Mathematical Software | NA Numerical Analysis
cs: NE Neural and Evolutionary Computing | NI Networking and Internet Architecture | OH Other Computer Science
cs: OS Operating Systems | PF Performance | PL Programming Languages | RO Robotics | SC Symbolic Computation | SD Sound
cs: SE Software Engineering | SI Social and Information Networks | SY Systems and Control
econ: EM Econometrics | GN General Economics | TH Theoretical Economics
eess: AS Audio and Speech Processing | IV Image and Video Processing | SP Signal Processing | SY Systems and Control
math: AC Commutative Algebra | AG Algebraic Geometry | AP Analysis of PDEs | AT Algebraic Topology
math: CA Classical Analysis and ODEs | CO Combinatorics | CT Category Theory | CV Complex Variables
math: DG Differential Geometry | DS Dynamical Systems | FA Functional Analysis | GM General Mathematics
math: GN General Topology | GR Group Theory | GT Geometric Topology | HO History and Overview | IT Information Theory
math: KT K-Theory and Homology | LO Logic | MG Metric Geometry | MP Mathematical Physics | NA Numerical Analysis
math: NT Number Theory | OA Operator Algebras | OC Optimization and Control | PR Probability | QA Quantum Algebra
math: RA Rings and Algebras | RT Representation Theory | SG Symplectic Geometry | SP Spectral Theory
math: ST Statistics Theory
astro-ph: CO Cosmology and Nongalactic Astrophysics | EP Earth and Planetary Astrophysics | GA Astrophysics of Galaxies
astro-ph: HE High Energy Astrophysical Phenomena | IM Instrumentation and Methods for Astrophysics
astro-ph: SR Solar and Stellar Astrophysics
cond-mat: dis-nn Disordered Systems and Neural Networks | mes-hall Mesoscale and Nanoscale Physics
cond-mat: mtrl-sci Materials Science | other Other Condensed Matter | quant-gas Quantum Gases
cond-mat: soft Soft Condensed Matter | stat-mech Statistical Mechanics | str-el Strongly Correlated Electrons
cond-mat: supr-con Superconductivity
nlin: AO Adaptation and Self-Organizing Systems | CD Chaotic Dynamics | CG Cellular Automata and Lattice Gases
nlin: PS Pattern Formation and Solitons | SI Exactly Solvable and Integrable Systems
physics: acc-ph Accelerator Physics | ao-ph Atmospheric and Oceanic Physics | app-ph Applied Physics
physics: atm-clus Atomic and Molecular Clusters | atom-ph Atomic Physics | bio-ph Biological Physics
physics: chem-ph Chemical Physics | class-ph Classical Physics | comp-ph Computational Physics
physics: data-an Data Analysis, Statistics and Probability | ed-ph Physics Education | flu-dyn Fluid Dynamics
physics: gen-ph General Physics | geo-ph Geophysics | hist-ph History and Philosophy of Physics
physics: ins-det Instrumentation and Detectors | med-ph Medical Physics | optics Optics | plasm-ph Plasma Physics
physics: pop-ph Popular Physics | soc-ph Physics and Society | space-ph Space Physics
q-bio: BM Biomolecules | CB Cell Behavior | GN Genomics | MN Molecular Networks | NC Neurons and Cognition
q-bio: OT Other Quantitative Biology | PE Populations and Evolution | QM Quantitative Methods
q-bio: SC Subcellular Processes | TO Tissues and Organs
q-fin: CP Computational Finance | EC Economics | GN General Finance | MF Mathematical Finance
q-fin: PM Portfolio Management | PR Pricing of Securities | RM Risk Management | ST Statistical Finance
q-fin: TR Trading and Market Microstructure
stat: AP Applications | CO Computation | ME Methodology | ML Machine Learning | OT Other Statistics
stat: TH Statistics Theory
"""

_WHOLE = {
    "gr-qc": "General Relativity and Quantum Cosmology",
    "hep-ex": "High Energy Physics - Experiment",
    "hep-lat": "High Energy Physics - Lattice",
    "hep-ph": "High Energy Physics - Phenomenology",
    "hep-th": "High Energy Physics - Theory",
    "math-ph": "Mathematical Physics",
    "nucl-ex": "Nuclear Experiment",
    "nucl-th": "Nuclear Theory",
    "quant-ph": "Quantum Physics",
}
"""Archives that are not divided."""


def _read(text: str) -> dict[str, str]:
    lines = (line.split(": ", 1) for line in text.strip().splitlines())
    pairs = ((archive, one.partition(" ")) for archive, listed in lines for one in listed.split(" | "))
    return {f"{archive}.{code}": name for archive, (code, _, name) in pairs}


CATEGORIES: Mapping[str, str] = _read(_WRITTEN) | _WHOLE
"""Code → name: `cs.CL` → Computation and Language."""
