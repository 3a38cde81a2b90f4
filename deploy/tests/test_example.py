"""The kustomization that an operator copies: what has to be theirs reaches every object that has it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from deploy.tests.overlays import KUBERNETES, OVERLAYS, Objects, check, of_kind, pods, rendered_folder
from open_the_eyes.service.settings import ServiceSettings

REGISTRY = "registry.example.org/open-the-eyes"


@pytest.fixture(scope="module")
def examples(rendered: dict[str, Objects], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Objects]:
    """The example on top of each overlay, in the place of the one that it names."""
    assert rendered  # or else there is no kubectl
    found = {}
    for overlay in OVERLAYS:
        here = tmp_path_factory.mktemp(overlay) / "kubernetes"
        shutil.copytree(KUBERNETES, here)
        file = here / "example/kustomization.yaml"
        file.write_text(file.read_text().replace("../overlays/cpu ", f"../overlays/{overlay} "))
        found[overlay] = rendered_folder(file.parent)
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_yours_is_everywhere(examples: dict[str, Objects], rendered: dict[str, Objects], overlay: str) -> None:
    objects = examples[overlay]
    assert {one["kind"] for one in objects} == {one["kind"] for one in rendered[overlay]} | {"Ingress"}
    for one in objects:
        check(one)
    for name, template in pods(objects):
        spec = template["spec"]
        images = {container["image"] for container in [*spec.get("initContainers", []), *spec["containers"]]}
        assert {image.split(":")[0] for image in images} == {REGISTRY}, name
    for one in objects:
        if one["apiVersion"].startswith("monitoring.coreos.com/"):
            assert "release" in one["metadata"]["labels"], one["kind"]
    asked = [
        trigger["metadata"]["serverAddress"]
        for one in of_kind(objects, "ScaledObject")
        for trigger in one["spec"]["triggers"]
    ]
    assert all("kube-prometheus-stack" in address for address in asked)
    assert all("storageClassName" in one["spec"] for one in of_kind(objects, "PersistentVolumeClaim"))


def test_the_ingress_lets_through_what_the_service_takes(examples: dict[str, Objects]) -> None:
    (ingress,) = of_kind(examples["cpu"], "Ingress")
    said = {name.partition("/")[2]: text for name, text in ingress["metadata"]["annotations"].items()}
    assert int(said["proxy-body-size"]) == ServiceSettings(folder=Path()).max_request_bytes
    assert (said["proxy-buffering"], said["ssl-redirect"]) == ("off", "true")
    assert min(int(said["proxy-read-timeout"]), int(said["proxy-send-timeout"])) >= 300


def test_the_ingress_leads_to_the_service_by_a_name_that_it_answers_to(examples: dict[str, Objects]) -> None:
    (ingress,) = of_kind(examples["cpu"], "Ingress")
    (rule,) = ingress["spec"]["rules"]
    (settings,) = (one["data"] for one in of_kind(examples["cpu"], "ConfigMap") if "OTE_HOSTS" in one["data"])
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
    assert rule["host"] in ServiceSettings.from_environment(settings).hosts
    services = {one["metadata"]["name"]: one["spec"]["ports"] for one in of_kind(examples["cpu"], "Service")}
    for path in rule["http"]["paths"]:
        backend = path["backend"]["service"]
        assert backend["port"]["name"] in {port["name"] for port in services[backend["name"]]}
    assert [path["path"] for path in rule["http"]["paths"]] == ["/v1", "/openapi.json"]


def test_the_example_is_the_first_thing_the_docs_tell_to_copy() -> None:
    page = (KUBERNETES.parents[1] / "docs/kubernetes.md").read_text()
    (copied,) = re.findall(r"^cp -r (\S+) \S+$", page, flags=re.MULTILINE)
    assert (KUBERNETES.parents[1] / copied / "kustomization.yaml").is_file()
