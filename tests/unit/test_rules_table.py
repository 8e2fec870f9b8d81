"""Rules against sentences with the odd forms of real papers: what hits, and what must not."""

import pytest

from bot.model import Paper
from bot.rules import Engine, explain, parse

HITS = r"""
tokenization | a tokenizer for code
optimizer | optimization by gradients
generalise | out-of-domain generalization
objects | object detection
transformers | A transformer for speech
transformer | Transformers all the way
quantization | quantized weights
quantise | weight quantization in 4 bits
QUANTIZATION | post-training quantization
quantisation | 8-bit quantizing of models
model | the models' weights
model | the model’s weights
language model | Models of natural language
language model | Speech models; multilingual languages
optimisation | Optimizing compilers
optimize | Bayesian optimisation
behavior | The behaviours of agents
colour | Colored films
modelling | acoustic modeling
labelled | unlabeled and labeled data
analyse | we analyze and analyzed errors
analysis | Analyses of variance
hypotheses | a single hypothesis
matrix | low-rank matrices
indices | an index of papers
center | data centres
catalogue | a catalog of stars
tumour | tumor segmentation
neighbour | nearest neighbors
supervised | weak supervision
grey | gray-box attacks
fine-tuning | Finetuning large models
fine-tuning | fine tuning at scale
fine-tuning | a Fine-Tuned model
finetuning | fine-tuned adapters
finetuning | We fine tune a model
fine tuning | finetuned on code
"fine tuning" | instruction finetuning
pre-training | pretrained encoders
pretraining | Pre-Training of encoders
pre training | vision pretraining
multi-modal | multimodal retrieval
multimodal | a multi-modal benchmark
multimodal | multi modal fusion
long-context | longcontext evaluation
long-context | Long Context Windows
"long context" | long-context reasoning
zero-shot | zeroshot transfer
dataset | new data sets for parsing
data set | ImageNet-like datasets
autoencoder | masked auto-encoders
auto-encoder | sparse autoencoders
hyperparameter | tuning of hyper-parameters
webpage | a web page corpus
x-ray | chest Xray images
xray | chest X-ray images
GPT-4 | judged by GPT4
GPT4 | judged by GPT-4
state-of-the-art | a state of the art result
LLM | Aligning LLMs
LLM | an LLM’s memory
LLMs | The LLM as a judge
llm | LLM agents
llms | a large language model
LLM | Large Language Models are readers
LLM | pruning large-language-models
"large language model" | LLMs that plan
large language model | Do LLMs plan?
large language model pruning | Pruning of LLMs
RAG | RAG over tables
rag | RAGs in the wild
RAG | Retrieval-Augmented Generation
rag | retrieval augmented generation for law
"retrieval augmented generation" | a RAG pipeline
MoE | Mixture-of-Experts layers
moe | Sparse MoEs
MOE | upcycled MoE
mixture of experts | MoE routing
"LLM agents" | LLM Agents in the browser
"LLM agents" | large language model agents
"large language model agents" | LLM agents
SSM | State Space Models(SSMs)
"state space" | State Space Models(SSMs)
ssm | a state-space model
PEFT | parameter-efficient fine-tuning
PEFT | Parameter efficient finetuning
CoT | chain-of-thought prompts
LoRA | low-rank adaptation of weights
SAM | SAM segments anything
Schrödinger | Schrodinger bridges
schrodinger | Schrödinger bridges
Schrödinger | Schr\"odinger bridges
Schr\"odinger | the Schrödinger equation
Schr\"{o}dinger | Schr\"{o}dinger's cat
erdos | Erd\H{o}s numbers
Poincaré | Poincar\'e embeddings
naïve | naive Bayes
beta-VAE | β-VAE and friends
alpha | the $\alpha$ parameter
wasserstein | $W_2$-Wasserstein distance
memory wall | the ``memory wall'' of accelerators
unlearn | models that "unlearn'' a skill
accuracy | 48.4\% accuracy
LLM | language models~(LLMs)
speedup | 2.5times speedup
times | 2.5times faster
2.5 | 2.5times faster
512 | 256*256 and 512*512 images
="A*" | an A* search planner
="O(N^2)" | from O(N^2) to linear
webpage | see the webpage.https://example.org
code | code:https://example.org/code
quantiz* | Quantization and more
quantiz* | quantised nets
quantis* | Quantised nets
finetun* | fine-tuned models
"language mod*" | a language modeling task
multi* | a multimodal model
ﬁne | fine print
ｍａｍｂａ | Mamba blocks
C++ | a C++ compiler
C# | generated C# code
"mean field" | mean-field games
"attention is all" | Attention Is All You Need
"encoder decoder" | encoder/decoder stacks
diffusion -video | image diffusion
a or zebra | zebra crossing
(zebra OR mamba) speech | speech with mamba
transformers, mamba | mamba
survey -(review medical) | a survey and review
dogs & cats | cats and dogs
"don't" | models don't know
n-gram | ngram statistics
k-means | K-Means clustering
long-term memory | LongTerm and memory
covid-19 | COVID19 screening
"4 bit" | 4-bit weights
naïve* | Naively sampled
"explainable AI" | XAI for medicine
XAI | explainable artificial intelligence
multimodal LLM | an MLLM and a multimodal LLM
self-supervised | Self-Supervised learners
cross entropy | cross-entropy
reinforcement learning | Offline RL with datasets
"""

MISSES = r"""
rag | a fragment of text
rag | dragging and dropping
RAG | a rag doll
ai | maintain the aim
ai | said in rain
BERT | Herbert writes
bert | Albert reads
BERT | bert in lower case
SAM | sam in lower case
sam | samples of data
LLM | lemmas and llamas
LLM | a language model of small size
large language model | a large model of images
language model | the models of weather
"language model" | a model of language
"language model" | language, model
"language model" | written in a language. Model cards
"state space" | the space of states
transformers | electrical transformation
transformers | a transformation of data
object detection | a detection objective
position | positive results
token | tokenization of text
general | generalization bounds
experiment | experience replay
model | remodelling modern modesty
art | articles start
net | networks
="LLM" | LLMs
="LLM" | llm
="Llm" | LLM
="art" | articles
="fine-tuning" | fine tuning
transformers quantization | quantization of networks
diffusion -video | video diffusion
survey -(review medical) | a survey and medical review
survey -"large language model" | a survey of large language models
survey -LLM | a survey of large language models
survey -LLM | a survey of LLMs
survey -finetuning | a survey of fine-tuning
informal | in formal logic
inactive | in active learning
notable | not able to plan
maybe | may be wrong
often | ten of ten, of tens
asset | as set by users
dataset | data setup of servers
without | with outliers
tuning fork | fine tuning
MoE | Moe is a name
moe | moe in lower case
CoT | a cot for babies
cot | cots and beds
GAN | began again
C++ | the C language
C# | the C language
GPT-4 | GPT-3
4 | GPT-3 and 14 others
2.5 | 25 and 2 and 5
quantiz* | quantity of quartz
"4 bit" | a bit of 4
k-means | a K that means nothing
unlearning* | learning
"fine tuning" | fine, tuning
title:survey | no such word in the title
author:transformers | transformers
cat:cs.CL | cs.CL in the text
has:code | code is released
votes:>=1 | 20 votes
zebra or mamba | neither of the animals
"""


def rows(text: str) -> list[tuple[str, str]]:
    return [(rule.strip(), sentence.strip()) for rule, sentence in (row.split("|") for row in text.strip().split("\n"))]


def both_ways(rule: str, sentence: str) -> list[bool]:
    """What the explanation and the engine say of the sentence as a title, and as an abstract."""
    papers = [Paper("t", sentence, "table"), Paper("a", "untitled", "table", abstract=f"First. {sentence}")]
    engine = Engine()
    engine.add(1, parse(rule))
    return [explain(parse(rule), paper).hit for paper in papers] + [keys == [1] for keys in engine.match(papers)]


@pytest.mark.parametrize(("rule", "sentence"), rows(HITS))
def test_a_rule_finds_what_a_reader_expects(rule: str, sentence: str) -> None:
    assert both_ways(rule, sentence) == [True] * 4


@pytest.mark.parametrize(("rule", "sentence"), rows(MISSES))
def test_a_rule_leaves_what_only_looks_alike(rule: str, sentence: str) -> None:
    assert both_ways(rule, sentence) == [False] * 4
