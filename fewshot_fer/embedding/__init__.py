"""Aligned faces to vectors: the checkpoint's format and the networks in it."""

from __future__ import annotations

from fewshot_fer.embedding.checkpoint import Card, Checkpoint, seal
from fewshot_fer.embedding.embedder import Embedder

__all__ = ["Card", "Checkpoint", "Embedder", "seal"]
