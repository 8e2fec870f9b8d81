"""Acronyms and what they stand for. `config/acronyms.toml` adds to these; the rooms get the table as an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.rules.fold import capitals

_KNOWN = """
AGI: artificial general intelligence
AI: artificial intelligence
ASR: automatic speech recognition
CNN: convolutional neural network
CoT: chain of thought
CTR: click-through rate
DDPM: denoising diffusion probabilistic model
DiT: diffusion transformer
DPO: direct preference optimization
DRL: deep reinforcement learning
EHR: electronic health record
FL: federated learning
GAN: generative adversarial network
GCN: graph convolutional network
GNN: graph neural network
GRPO: group relative policy optimization
GUI: graphical user interface
HCI: human-computer interaction
ICL: in-context learning
LLM: large language model
LMM: large multimodal model
LoRA: low-rank adaptation
LSTM: long short-term memory
LVLM: large vision language model
MARL: multi-agent reinforcement learning
MCP: model context protocol
MCTS: monte carlo tree search
MDP: markov decision process
ML: machine learning
MLLM: multimodal large language model
MLP: multilayer perceptron | multi-layer perceptron
MoE: mixture of experts
MRI: magnetic resonance imaging
NAS: neural architecture search
NeRF: neural radiance field
NER: named entity recognition
NLI: natural language inference
NLG: natural language generation
NLP: natural language processing
NMT: neural machine translation
OCR: optical character recognition
ODE: ordinary differential equation
OOD: out of distribution
PDE: partial differential equation
PEFT: parameter-efficient fine-tuning
PINN: physics-informed neural network
PPO: proximal policy optimization
PTQ: post-training quantization
QAT: quantization-aware training
RAG: retrieval-augmented generation
RL: reinforcement learning
RLHF: reinforcement learning from human feedback
RLVR: reinforcement learning with verifiable rewards
RNN: recurrent neural network
SFT: supervised fine-tuning
SGD: stochastic gradient descent
SLAM: simultaneous localization and mapping
SLM: small language model
SNN: spiking neural network
SSL: self-supervised learning
SSM: state space model
SVM: support vector machine
TTS: text-to-speech
UAV: unmanned aerial vehicle
VAE: variational autoencoder
ViT: vision transformer
VLA: vision language action
VLM: vision language model
VQA: visual question answering
XAI: explainable artificial intelligence | explainable AI
"""


@dataclass(frozen=True, slots=True, eq=False)
class Acronyms:
    """A table of acronyms: `names` by capitals (`MOE` → `MoE`), `meanings` by name, as people write them."""

    names: Mapping[str, str]
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def known(self, word: str) -> str | None:
        """The acronym that a word in whatever case is, plural too, or None: `llms` → `LLM`."""
        caps = capitals(word) or word.upper()
        return self.names.get(caps) or (self.names.get(caps[:-1]) if caps.endswith("S") else None)


def table(entries: Mapping[str, tuple[str, ...]]) -> Acronyms:
    """The table of these entries: acronym as people write it → what it stands for."""
    return Acronyms({name.upper(): name for name in entries}, dict(entries))


def _read(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return {name: tuple(meaning.strip() for meaning in meanings.split("|")) for name, meanings in pairs}


KNOWN = table(_read(_KNOWN))
"""The shipped table: what the papers of 2024 to 2026 write short most often."""


def extend(entries: Mapping[str, tuple[str, ...]]) -> Acronyms:
    """The shipped table with a team's own entries, which win."""
    own = {name.upper() for name in entries}
    shipped = {name: meanings for name, meanings in KNOWN.meanings.items() if name.upper() not in own}
    return table(shipped | dict(entries))
