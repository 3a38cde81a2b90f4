"""Pods come and go: who is asked whether they have started, and that no request is lost when they leave."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.tests.overlays import Objects, of_kind
from open_the_eyes.service import server
from open_the_eyes.service.http import app

DEPLOYED = pytest.mark.parametrize("overlay", ["cpu", "gpu"])


def pod_of(objects: Objects) -> dict[str, Any]:
    (deployment,) = of_kind(objects, "Deployment")
    pod: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return pod


@DEPLOYED
def test_a_full_store_takes_a_pod_off_the_net_and_does_not_end_it(rendered: dict[str, Objects], overlay: str) -> None:
    (container,) = pod_of(rendered[overlay])["containers"]
    asked = {name: container[name] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {name: probe["httpGet"]["path"] for name, probe in asked.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    assert all(probe["timeoutSeconds"] >= 5 for probe in asked.values())


@DEPLOYED
def test_a_pod_that_leaves_answers_until_nobody_is_sent_to_it(rendered: dict[str, Objects], overlay: str) -> None:
    pod = pod_of(rendered[overlay])
    (container,) = pod["containers"]
    still = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert still >= 10
    to_next_step = 20  # after the photo in hand was given its time
    asked = still + server.STOP_SECONDS + app.STOP_SECONDS + to_next_step
    assert pod["terminationGracePeriodSeconds"] >= asked
