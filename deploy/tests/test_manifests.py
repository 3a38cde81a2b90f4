"""Every overlay, rendered as `kubectl apply -k` would and held against the schemas and against each other. Offline."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.service.metrics import Metrics
from open_the_eyes.service.settings import ServiceSettings
from open_the_eyes.settings import Settings

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
OVERLAYS: Final = ("cpu", "gpu", "ray")
OF_OTHERS: Final = {"RayService": "rayservice", "ScaledObject": "scaledobject", "ServiceMonitor": "servicemonitor"}
"""Kinds that Kubernetes itself does not know -> their schema in deploy/kubernetes/schemas."""
BYTES_A_PIXEL: Final = 35
"""Of a photo in hand, at the most: 16 bits a colour, and the face fills it."""
SCALERS: Final = ("HorizontalPodAutoscaler", "ScaledObject")

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl, which renders, is not installed")

Objects = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rendered() -> dict[str, Objects]:
    """Every overlay's objects."""
    found: dict[str, Objects] = {}
    for overlay in OVERLAYS:
        command = ["kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found[overlay] = [one for one in yaml.safe_load_all(text) if one]
    return found


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
def test_a_pod_has_memory_for_the_largest_photo(rendered: dict[str, Objects], overlay: str) -> None:
    (settings,) = (one["data"] for one in of_kind(rendered[overlay], "ConfigMap") if "OTE_STORE" in one["data"])
    needs = int(settings["OTE_MAX_PIXELS"]) * BYTES_A_PIXEL
    for name, template in pods(rendered[overlay]):
        if name in {"Deployment", "frontends"}:
            memory = template["spec"]["containers"][0]["resources"]["limits"]["memory"]
            assert int(memory.removesuffix("Gi")) * 2**30 > needs


def test_the_secret_is_made_in_a_namespace_that_is_there() -> None:
    told = (KUBERNETES / "base/kustomization.yaml").read_text()
    made, secret = (told.find(command) for command in ("kubectl apply -f ", "kubectl -n open-the-eyes create secret"))
    assert 0 < made < secret
    (file,) = re.findall(r"kubectl apply -f (\S+)", told)
    assert yaml.safe_load((DEPLOY.parent / file).read_text())["metadata"]["name"] == "open-the-eyes"


def test_a_gpu_pod_has_what_the_plan_says(rendered: dict[str, Objects]) -> None:
    (deployment,) = of_kind(rendered["gpu"], "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (scaled,) = of_kind(rendered["gpu"], "ScaledObject")
    assert scaled["spec"]["minReplicaCount"] == 4
    assert container["resources"]["requests"] == {"cpu": "8", "memory": "32Gi"}
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert container["image"] == "open-the-eyes:cuda"
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_no_pod_takes_another_engine_because_its_weights_are_still_on_their_way(
    rendered: dict[str, Objects], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (deployment,) = of_kind(rendered["gpu"], "Deployment")
    assert deployment["spec"]["template"]["spec"]["containers"][0]["args"][-2:] == ["--engine", "sdxl"]
    (service,) = of_kind(rendered["ray"], "RayService")
    (application,) = yaml.safe_load(service["spec"]["serveConfigV2"])["applications"]
    assert application["args"]["engine"] == "sdxl"
    (waits,) = service["spec"]["rayClusterConfig"]["headGroupSpec"]["template"]["spec"]["initContainers"]
    assert waits["command"] == ["python", "-c"]
    monkeypatch.setenv("OTE_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsMissing):
        exec(waits["args"][0], {})


@pytest.mark.parametrize("overlay", ["gpu", "ray"])
def test_a_gpu_pod_may_write_where_the_image_keeps_what_is_compiled(rendered: dict[str, Objects], overlay: str) -> None:
    dockerfile = (DEPLOY / "Dockerfile.cuda").read_text()
    (kept,) = re.findall(r"TORCHINDUCTOR_CACHE_DIR=(/\w+)/", dockerfile)
    painters = 0
    for _, template in pods(rendered[overlay]):
        container = template["spec"]["containers"][0]
        if "nvidia.com/gpu" not in container["resources"]["limits"]:
            continue
        painters += 1
        (mount,) = (mount for mount in container["volumeMounts"] if mount["mountPath"] == kept)
        assert not mount.get("readOnly")
        (volume,) = (volume for volume in template["spec"]["volumes"] if volume["name"] == mount["name"])
        assert volume["emptyDir"].get("sizeLimit") in {None, "4Gi"}
    assert painters == 1


def test_ray_makes_the_pods_and_no_deployment_does(rendered: dict[str, Objects]) -> None:
    assert not of_kind(rendered["ray"], "Deployment", "Service")
    gpus = [
        container["resources"]["limits"].get("nvidia.com/gpu")
        for _, template in pods(rendered["ray"])
        for container in template["spec"]["containers"]
    ]
    assert gpus.count("1") == 1  # painters alone


def test_kuberay_s_operator_comes_to_the_cluster_and_the_autoscaler_to_the_api_server(
    rendered: dict[str, Objects],
) -> None:
    (policy,) = (one for one in of_kind(rendered["ray"], "NetworkPolicy") if one["metadata"]["name"] == "open-the-eyes")
    operator = {
        "namespaceSelector": {},
        "podSelector": {"matchLabels": {"app.kubernetes.io/component": "kuberay-operator"}},
    }
    (comes,) = (rule for rule in policy["spec"]["ingress"] if operator in rule["from"])
    assert [port["port"] for port in comes["ports"]] == [8265, 8000]
    anywhere = {port["port"] for rule in policy["spec"]["egress"] if "to" not in rule for port in rule["ports"]}
    assert {443, 6443} <= anywhere
    with_token = [name for name, pod in pods(rendered["ray"]) if pod["spec"].get("automountServiceAccountToken", False)]
    assert with_token == ["head"]


def test_kuberay_is_told_of_an_application_that_exists(rendered: dict[str, Objects]) -> None:
    from open_the_eyes.fleet import ray_serve

    (service,) = of_kind(rendered["ray"], "RayService")
    config = yaml.safe_load(service["spec"]["serveConfigV2"])
    schema = pytest.importorskip("ray.serve.schema", reason="the extra `ray` is not installed")
    assert schema.ServeDeploySchema.model_validate(config).logging_config.enable_access_log is False
    (application,) = config["applications"]
    module, _, name = application["import_path"].partition(":")
    assert (module, callable(getattr(ray_serve, name))) == (ray_serve.__name__, True)
    asked = set(re.findall(r'given\.get\("(\w+)"', inspect.getsource(ray_serve.build)))
    assert set(application["args"]) <= asked


def test_dashboard_and_scaling_ask_for_metrics_that_the_service_has(rendered: dict[str, Objects]) -> None:
    metrics = Metrics(lambda: {"photo": 1, "preview": 0})
    metrics.finished({"faces": [{"outcome": "opened"}], "stages": [{"name": "read", "seconds": 1, "peak_vram_mib": 5}]})
    metrics.failed()
    metrics.answered(200)
    told = set(re.findall(r"^(ote_\w+?)(?:\{| )", metrics.text().decode(), flags=re.MULTILINE))
    dashboard = (KUBERNETES / "base/dashboard.json").read_text()
    queries = [target["expr"] for panel in json.loads(dashboard)["panels"] for target in panel["targets"]]
    (scaled,) = of_kind(rendered["gpu"], "ScaledObject")
    queries += [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
    (scaler,) = of_kind(rendered["cpu"], "HorizontalPodAutoscaler")
    queries += [metric["external"]["metric"]["name"] for metric in scaler["spec"]["metrics"]]
    asked = {name for query in queries for name in re.findall(r"ote_\w+", query)}
    assert len(asked) >= 6
    assert asked <= told
