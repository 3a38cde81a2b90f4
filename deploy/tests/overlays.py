"""The overlays as `kubectl apply -k` would render them, and what to ask of their objects. Offline."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
OVERLAYS: Final = ("cpu", "gpu", "ray")
OF_OTHERS: Final = {
    "PrometheusRule": "prometheusrule",
    "RayService": "rayservice",
    "ScaledObject": "scaledobject",
    "ServiceMonitor": "servicemonitor",
}
"""Kinds that Kubernetes itself does not know -> their schema in deploy/kubernetes/schemas."""

Objects = list[dict[str, Any]]


def rendered_overlays() -> dict[str, Objects]:
    """Every overlay's objects."""
    return {overlay: rendered_folder(KUBERNETES / "overlays" / overlay) for overlay in OVERLAYS}


def rendered_folder(folder: Path) -> Objects:
    """What a folder with a kustomization makes."""
    command = ["kubectl", "kustomize", str(folder)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [one for one in yaml.safe_load_all(text) if one]


def of_kind(objects: Objects, *kinds: str) -> Objects:
    return [one for one in objects if one["kind"] in kinds]


def pods(objects: Objects) -> list[tuple[str, dict[str, Any]]]:
    """(name, pod template) of everything that makes pods."""
    found = [(one["kind"], one["spec"]["template"]) for one in of_kind(objects, "Deployment", "Job")]
    for ray in of_kind(objects, "RayService"):
        config = ray["spec"]["rayClusterConfig"]
        found.append(("head", with_autoscaler(config)))
        found += [(group["groupName"], group["template"]) for group in config["workerGroupSpecs"]]
    return found


def frontends_on(objects: Objects) -> dict[str, int]:
    """Worker group of Ray -> how many frontends it puts on each pod: as many as the cores that it counts suffice for.

    Like KubeRay, it counts what `num-cpus` says, or else what the container asks for.
    """
    (service,) = of_kind(objects, "RayService")
    (application,) = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    found = {}
    for group in service["spec"]["rayClusterConfig"]["workerGroupSpecs"]:
        (container,) = group["template"]["spec"]["containers"]
        asked = container["resources"]["limits"].get("cpu", container["resources"]["requests"]["cpu"])
        cores = group["rayStartParams"].get("num-cpus", asked)
        found[group["groupName"]] = int(cores) // application["args"]["frontend_cores"]
    return found


def with_autoscaler(config: dict[str, Any]) -> dict[str, Any]:
    """The head's pod template as KubeRay makes a pod of it: with a container more, where the cluster scales itself."""
    template: dict[str, Any] = json.loads(json.dumps(config["headGroupSpec"]["template"]))
    if config["enableInTreeAutoscaling"]:
        image = template["spec"]["containers"][0]["image"]
        autoscaler = {"name": "autoscaler", "image": image, "resources": {"limits": {"memory": "512Mi"}}}
        template["spec"]["containers"].append(autoscaler | config.get("autoscalerOptions", {}))
    return template


def check(one: dict[str, Any]) -> None:
    """Holds an object against its schema, unknown fields included."""
    if one["kind"] in OF_OTHERS:
        schema = json.loads((KUBERNETES / "schemas" / f"{OF_OTHERS[one['kind']]}.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(one)
    else:
        kubernetes_validate.validate(one, "1.32", strict=True)


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    return all(labels.get(name) == value for name, value in selector.get("matchLabels", selector).items())
