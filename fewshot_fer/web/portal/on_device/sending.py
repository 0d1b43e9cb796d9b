"""What a device is sent that reads by itself: how it may, what with, and how its student looks."""

from __future__ import annotations

from base64 import b64encode

import numpy as np

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.lesson.events import OnDevice
from fewshot_fer.prototypes import BaseRates, Prototypes
from fewshot_fer.web import messages
from fewshot_fer.web.app_state import AppState


def depends_on(app: AppState, student: str, policy: OnDevice) -> object:
    """Changes whenever `device_message` does; waits until the recogniser is open."""
    return policy, app.on_device_files, app.roster.stamp(student) if app.on_device_files else None


def device_message(app: AppState, student: str, policy: OnDevice) -> messages.Device:
    """How this student may be read on their device; waits until the recogniser is open.

    The key opens the references that the device keeps: it is made of the server's own, so that
    nothing has to be stored for it, and nobody gets it who has not signed in as this student.
    """
    base = None if policy == "off" else app.on_device_files
    known = None
    if base is not None:
        roster = app.roster
        known = prototypes_message(
            roster.prototypes(student),
            roster.recogniser.prior.everyday,
            roster.recogniser.checkpoint_hash,
        )
    return {
        "type": "device",
        "policy": policy,
        "base": base,
        "key": app.credentials.key_for(f"references on the device of {student}"),
        "student": student,
        "person": known,
    }


def prototypes_message(of: Prototypes, rates: BaseRates, checkpoint: str) -> messages.Prototypes:
    """A student's prototypes, as `device/reader.js` takes them; `rates` is what it reads with."""
    return {
        "checkpoint": checkpoint,
        "names": list(of.names),
        "width": of.points.shape[2],
        "points": _packed(of.points),
        "log_modes": of.log_modes.tolist(),
        "scale": _packed(of.scale),
        "allowance": of.allowance.tolist(),
        "counts": list(of.counts),
        "temperature": of.temperature,
        "confidence": of.doubts.least(rates),
        "distance": of.doubts.distance,
    }


def _packed(values: Floats | Doubles) -> str:
    """Little-endian float32 in base64."""
    return b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()
