"""What is asked of a page that reads on a device."""

from __future__ import annotations

from base64 import b64encode

import cv2

from fewshot_fer.arrays import Bytes

OPEN = """async (base) => {
  const { DeviceReader } = await import('/assets/on_device/reader.js');
  const shares = [];
  try {
    window.reader = await DeviceReader.open(base, { onProgress: (one) => shares.push(one) });
  } catch (error) { return [error.code ?? String(error), error.where]; }
  return shares;
}"""
LOOK = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: 'none' });
  const look = await reader.look(bitmap);
  return { box: look.box, scores: look.scores, doubts: look.doubts, width: look.vector.length,
           portrait: look.portrait.size, left: bitmap.width };
}"""


def png(picture: Bytes) -> str:
    """A picture as text, pixel for pixel."""
    return b64encode(cv2.imencode(".png", picture[..., ::-1])[1].tobytes()).decode()
