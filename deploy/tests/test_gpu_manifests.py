"""What the overlays with GPUs have besides: painters, their weights, and a Ray cluster that KubeRay can make."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from deploy.tests.overlays import DEPLOY, Objects, frontends_on, of_kind, pods, yaml
from open_the_eyes.errors import WeightsMissing
from open_the_eyes.fleet.ray_serve import PAINTER_CORES


def test_a_gpu_pod_has_what_the_plan_says(rendered: dict[str, Objects]) -> None:
    (deployment,) = of_kind(rendered["gpu"], "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (scaled,) = of_kind(rendered["gpu"], "ScaledObject")
    assert scaled["spec"]["minReplicaCount"] == 4
    assert container["resources"]["requests"] == {"cpu": "8", "memory": "32Gi"}
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert container["image"] == "open-the-eyes:cuda"
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


def test_a_gpu_is_given_back_late_and_not_for_want_of_figures(rendered: dict[str, Objects]) -> None:
    (scaled,) = (one["spec"] for one in of_kind(rendered["gpu"], "ScaledObject"))
    assert "cooldownPeriod" not in scaled  # KEDA's own, which is for the way to no pod at all
    behaviour = scaled["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behaviour["scaleDown"]["stabilizationWindowSeconds"] == 600
    assert [trigger["metadata"]["ignoreNullValues"] for trigger in scaled["triggers"]] == ["false"]
    assert scaled["fallback"]["behavior"] == "currentReplicasIfHigher"
    assert scaled["fallback"]["replicas"] == scaled["minReplicaCount"]


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


def test_ray_counts_the_gpus_of_painters_alone(rendered: dict[str, Objects]) -> None:
    (service,) = of_kind(rendered["ray"], "RayService")
    config = service["spec"]["rayClusterConfig"]
    for group in (config["headGroupSpec"], *config["workerGroupSpecs"]):
        asks = any("nvidia.com/gpu" in one["resources"]["limits"] for one in group["template"]["spec"]["containers"])
        assert group["rayStartParams"].get("num-gpus") == (None if asks else "0")  # None is what the pod asks for


def test_ray_puts_frontends_on_pods_without_a_gpu_alone(rendered: dict[str, Objects]) -> None:
    assert frontends_on(rendered["ray"]) == {"frontends": 1, "painters": 0}
    (service,) = of_kind(rendered["ray"], "RayService")
    groups = {group["groupName"]: group for group in service["spec"]["rayClusterConfig"]["workerGroupSpecs"]}
    assert int(groups["painters"]["rayStartParams"]["num-cpus"]) == PAINTER_CORES  # and a painter finds room


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
