"""Every overlay, held against the schemas, against itself and against what the service has."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest

from deploy.tests.overlays import (
    DEPLOY,
    KUBERNETES,
    OVERLAYS,
    Objects,
    check,
    frontends_on,
    jsonschema,
    kubernetes_validate,
    matches,
    of_kind,
    pods,
    yaml,
)
from open_the_eyes.options import MAX_VARIATIONS
from open_the_eyes.pipeline import SPARE
from open_the_eyes.residency.cards import SDXL_BASE, SDXL_LCM, SDXL_REFINER
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.settings import Settings

RESTING: Final = 0.3 * 2**30
BYTES_A_PIXEL: Final = 37.1
"""Of a photo in hand, at the most: 16 bits a colour, and the face fills it. `python -m benchmarks.face_memory`."""
BYTES_A_VARIATION: Final = 9.3
"""A pixel, of each beyond the first,"""
BYTES_A_SPARE: Final = 1.2
"""of each pair of eyes beyond those, to choose from,"""
BYTES_A_RESULT: Final = 3.1
"""and of each result as a file: the service has all of them before it stores one."""
SDXL: Final = 2**20 * sum(sorted(card.mib["bf16"] for card in (SDXL_BASE, SDXL_LCM, SDXL_REFINER))[1:])
"""Networks that may wait while the smallest is on the GPU."""
TORCH: Final = 3 * 2**30
"""An estimate of torch, of CUDA's libraries, and of what compiles; or else, at first, of text encoders."""
SCALERS: Final = ("HorizontalPodAutoscaler", "ScaledObject")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_what_its_schema_says(rendered: dict[str, Objects], overlay: str) -> None:
    assert len(rendered[overlay]) >= 9
    for one in rendered[overlay]:
        check(one)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        pytest.param("ScaledObject", ("spec", "maxReplicas"), 3, id="a field of another name"),
        pytest.param("ServiceMonitor", ("spec", "endpoints"), [], id="nothing to ask"),
        pytest.param("Deployment", ("spec", "template", "spec", "contaners"), [], id="a slip of the pen"),
    ],
)
def test_a_wrong_field_would_be_found(
    rendered: dict[str, Objects], kind: str, path: tuple[str, ...], value: object
) -> None:
    (one,) = (json.loads(json.dumps(found)) for found in of_kind(rendered["gpu"], kind))
    where = one
    for name in path[:-1]:
        where = where[name]
    where[path[-1]] = value
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        check(one)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_a_valid_and_a_locked_one(rendered: dict[str, Objects], overlay: str) -> None:
    assert pods(rendered[overlay])
    for name, template in pods(rendered[overlay]):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"} | template["metadata"]}
        check(pod | {"spec": template["spec"]})
        assert template["spec"]["securityContext"]["runAsNonRoot"] is True, name
        assert template["spec"]["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        volumes = {volume["name"] for volume in template["spec"]["volumes"]}
        for container in [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name
            assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_select_something(rendered: dict[str, Objects], overlay: str) -> None:
    objects = rendered[overlay]
    labels = [template["metadata"]["labels"] for _, template in pods(objects)]
    selectors = [one["spec"]["selector"] for one in of_kind(objects, "Service", "Deployment", "PodDisruptionBudget")]
    selectors += [one["spec"]["podSelector"] for one in of_kind(objects, "NetworkPolicy")]
    for selector in selectors:
        assert any(matches(selector, one) for one in labels), selector
    for one in labels:  # and nobody is left without a network policy
        assert any(matches(policy["spec"]["podSelector"], one) for policy in of_kind(objects, "NetworkPolicy"))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_programs_of_the_cluster_come_in_by_their_label(rendered: dict[str, Objects], overlay: str) -> None:
    label = {"key": "open-the-eyes/client", "operator": "In", "values": ["true"]}
    clients = {"namespaceSelector": {}, "podSelector": {"matchExpressions": [label]}}
    (policy,) = (
        one for one in of_kind(rendered[overlay], "NetworkPolicy") if one["metadata"]["name"] == "open-the-eyes"
    )
    (comes,) = (rule for rule in policy["spec"]["ingress"] if clients in rule["from"])
    assert comes["ports"] == [{"port": 8000 if overlay == "ray" else "http"}]
    assert 'open-the-eyes/client: "true"' in (DEPLOY.parent / "docs/kubernetes.md").read_text()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_reach_a_name_server_wherever_it_is(rendered: dict[str, Objects], overlay: str) -> None:
    policies = of_kind(rendered[overlay], "NetworkPolicy")
    assert policies
    for policy in policies:
        asked = [rule for rule in policy["spec"]["egress"] if any(port["port"] == 53 for port in rule.get("ports", []))]
        assert not any("to" in rule for rule in asked)
        ways = [port["protocol"] for rule in asked for port in rule["ports"] if port["port"] == 53]
        assert sorted(ways) == ["TCP", "UDP"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_budget_keeps_a_node_from_being_drained(rendered: dict[str, Objects], overlay: str) -> None:
    counted = ("Deployment", "StatefulSet")  # of other pods nobody can tell how many there should be: none may go
    for budget in of_kind(rendered[overlay], "PodDisruptionBudget"):
        for kind, template in pods(rendered[overlay]):
            if matches(budget["spec"]["selector"], template["metadata"]["labels"]) and kind not in counted:
                assert "maxUnavailable" not in budget["spec"], kind
                assert isinstance(budget["spec"]["minAvailable"], int), kind


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_pods_refer_to_is_there(rendered: dict[str, Objects], overlay: str) -> None:
    objects = rendered[overlay]
    maps = {one["metadata"]["name"] for one in of_kind(objects, "ConfigMap")}
    claims = {one["metadata"]["name"] for one in of_kind(objects, "PersistentVolumeClaim")}
    for _, template in pods(objects):
        for container in template["spec"]["containers"]:
            assert {source["configMapRef"]["name"] for source in container.get("envFrom", [])} <= maps
        for volume in template["spec"]["volumes"]:
            assert volume.get("persistentVolumeClaim", {}).get("claimName", None) in {None, *claims}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_runs_can_be_applied_again_with_another_image(rendered: dict[str, Objects], overlay: str) -> None:
    objects = rendered[overlay]
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in of_kind(objects, *SCALERS)}
    for one in of_kind(objects, "Deployment"):
        assert one["metadata"]["name"] in scaled
        assert "replicas" not in one["spec"]
        (container,) = one["spec"]["template"]["spec"]["containers"]
        on_gpu = "nvidia.com/gpu" in container["resources"]["limits"]
        assert (one["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == 0) == on_gpu
    for one in of_kind(objects, "Job"):
        assert one["spec"]["ttlSecondsAfterFinished"] <= 3600


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_settings_are_settings_of_ours(rendered: dict[str, Objects], overlay: str) -> None:
    known = {f"OTE_{name.upper()}" for kind in (Settings, ServiceSettings) for name in kind.__dataclass_fields__}
    given: dict[str, str] = {}
    for one in of_kind(rendered[overlay], "ConfigMap"):
        given |= {name: text for name, text in one["data"].items() if name.startswith("OTE_")}
    variables = {
        variable["name"]
        for _, template in pods(rendered[overlay])
        for container in template["spec"]["containers"]
        for variable in container.get("env", [])
        if variable["name"].startswith("OTE_")
    }
    assert given
    assert given.keys() | variables <= known
    Settings.from_environment(given)
    ServiceSettings.from_environment(given)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_pod_has_memory_for_the_largest_photo_in_as_many_variations_as_may_be(
    rendered: dict[str, Objects], overlay: str
) -> None:
    (settings,) = (one["data"] for one in of_kind(rendered[overlay], "ConfigMap") if "OTE_STORE" in one["data"])
    eyes = BYTES_A_VARIATION * (MAX_VARIATIONS - 1) + BYTES_A_SPARE * max(SPARE.values())
    photo = RESTING + int(settings["OTE_MAX_PIXELS"]) * (BYTES_A_PIXEL + eyes + BYTES_A_RESULT * MAX_VARIATIONS)
    photos = frontends_on(rendered[overlay]) if overlay == "ray" else {"Deployment": 1}  # in hand at one moment
    checked = 0
    for name, template in pods(rendered[overlay]):
        if name in photos:
            checked += 1
            (container,) = template["spec"]["containers"]
            in_memory = [volume.get("emptyDir", {}) for volume in template["spec"]["volumes"]]
            shared = sum(gibibytes(one["sizeLimit"]) for one in in_memory if one.get("medium") == "Memory")
            limits = container["resources"]["limits"]
            paints = SDXL + TORCH if "nvidia.com/gpu" in limits else 0
            assert gibibytes(limits["memory"]) > photos[name] * photo + paints + shared, name
    assert checked == len(photos)


@pytest.mark.parametrize("overlay", ["cpu", "gpu"])
def test_a_pod_asks_for_the_memory_of_a_usual_large_photo(rendered: dict[str, Objects], overlay: str) -> None:
    pixels, variations = 24e6, 4
    eyes = BYTES_A_VARIATION * (variations - 1) + BYTES_A_SPARE * max(SPARE.values())
    photo = RESTING + pixels * (BYTES_A_PIXEL + eyes + BYTES_A_RESULT * variations)
    ((container,),) = (pod["spec"]["containers"] for name, pod in pods(rendered[overlay]) if name == "Deployment")
    assert gibibytes(container["resources"]["requests"]["memory"]) > 1.5 * photo


def gibibytes(text: str) -> int:
    """Bytes of what Kubernetes writes as 4Gi."""
    assert text.endswith("Gi")
    return int(text.removesuffix("Gi")) * 2**30


def test_the_secret_is_made_in_a_namespace_that_is_there() -> None:
    told = (KUBERNETES / "base/kustomization.yaml").read_text()
    made, secret = (told.find(command) for command in ("kubectl apply -f ", "kubectl -n open-the-eyes create secret"))
    assert 0 < made < secret
    (file,) = re.findall(r"kubectl apply -f (\S+)", told)
    assert yaml.safe_load((DEPLOY.parent / file).read_text())["metadata"]["name"] == "open-the-eyes"
