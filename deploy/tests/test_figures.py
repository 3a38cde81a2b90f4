"""What dashboard, alarms and autoscalers ask Prometheus for, held against what the service tells it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from deploy.tests.overlays import KUBERNETES, OVERLAYS, Objects, of_kind, yaml
from open_the_eyes.service.metrics import Metrics


def asked_by_keda(rendered: dict[str, Objects]) -> str:
    (scaled,) = of_kind(rendered["gpu"], "ScaledObject")
    (trigger,) = scaled["spec"]["triggers"]
    query: str = trigger["metadata"]["query"]
    return query


def asked_of_the_adapter(rendered: dict[str, Objects]) -> str:
    """The rule that an operator is told to give to the adapter, for the metric that the autoscaler names."""
    (scaler,) = of_kind(rendered["cpu"], "HorizontalPodAutoscaler")
    (metric,) = scaler["spec"]["metrics"]
    comment = (KUBERNETES / "overlays/cpu/autoscaler.yaml").read_text().split("apiVersion", 1)[0]
    (rule,) = yaml.safe_load(re.sub(r"^# ?", "", comment.split("\n#\n")[1], flags=re.MULTILINE))["externalRules"]
    assert rule["seriesQuery"] == metric["external"]["metric"]["name"]
    assert rule["resources"]["overrides"] == {"namespace": {"resource": "namespace"}}
    query: str = rule["metricsQuery"]
    return query.replace("<<.Series>>", rule["seriesQuery"]).replace("<<.LabelMatchers>>", 'namespace="open-the-eyes"')


def alarms(objects: Objects) -> dict[str, dict[str, Any]]:
    """By name."""
    (one,) = of_kind(objects, "PrometheusRule")
    return {rule["alert"]: rule for group in one["spec"]["groups"] for rule in group["rules"]}


def test_dashboard_alarms_and_scaling_ask_for_metrics_that_the_service_has(rendered: dict[str, Objects]) -> None:
    metrics = Metrics(lambda: {"photo": 1, "preview": 0}, lambda: {"photo": 2.0, "preview": 0.0}, lambda: 0.0)
    metrics.finished({"faces": [{"outcome": "opened"}], "stages": [{"name": "read", "seconds": 1, "peak_vram_mib": 5}]})
    metrics.failed()
    metrics.answered(200)
    text = metrics.text().decode()
    told = set(re.findall(r"^((?:ote|process)_\w+?)(?:\{| )", text, flags=re.MULTILINE))
    dashboard = (KUBERNETES / "base/dashboard.json").read_text()
    queries = [target["expr"] for panel in json.loads(dashboard)["panels"] for target in panel["targets"]]
    queries += [asked_by_keda(rendered), asked_of_the_adapter(rendered)]
    queries += [alarm["expr"] for alarm in alarms(rendered["gpu"]).values()]
    asked = {name for query in queries for name in re.findall(r"(?:ote|process)_\w+", query)}
    assert len(asked) >= 6
    assert asked <= told
    assert set(re.findall(r'state="(\w+)"', " ".join(queries))) <= set(re.findall(r'state="(\w+)"', text))


def test_previews_that_wait_bring_pods_as_photos_do(rendered: dict[str, Objects]) -> None:
    """All pods tell of the same queues: of each lane the largest figure, and of the lanes their sum."""
    whole = 'sum(max by (lane) (ote_queue_depth{namespace="open-the-eyes"}))'
    assert (asked_by_keda(rendered), asked_of_the_adapter(rendered)) == (whole, whole)
    (scaler,) = of_kind(rendered["cpu"], "HorizontalPodAutoscaler")
    assert "selector" not in scaler["spec"]["metrics"][0]["external"]["metric"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_alarm_says_what_is_wrong_and_what_to_do(rendered: dict[str, Objects], overlay: str) -> None:
    for name, alarm in alarms(rendered[overlay]).items():
        assert alarm["labels"]["severity"] in {"warning", "critical"}, name
        assert alarm["annotations"].keys() == {"summary", "runbook"}, name
        for metric, of in re.findall(r"((?:ote|process)_\w+)(\{?[^}]*\}?)", alarm["expr"]):
            assert 'namespace="open-the-eyes"' in of, (name, metric)
        assert alarm["expr"].count("(") == alarm["expr"].count(")"), name


def test_on_ray_where_one_frontend_answers_for_all_there_are_alarms_of_what_all_share(
    rendered: dict[str, Objects],
) -> None:
    asked = {name for alarm in alarms(rendered["ray"]).values() for name in re.findall(r"ote_\w+", alarm["expr"])}
    assert asked == {"ote_database_up", "ote_queue_depth", "ote_queue_age_seconds"}
    assert alarms(rendered["ray"]).keys() < alarms(rendered["cpu"]).keys()


def test_the_alarm_of_a_full_queue_comes_before_it_is_full(rendered: dict[str, Objects]) -> None:
    (settings,) = (one["data"] for one in of_kind(rendered["cpu"], "ConfigMap") if "OTE_MAX_QUEUE" in one["data"])
    _, _, most = alarms(rendered["cpu"])["OpenTheEyesQueueNearlyFull"]["expr"].partition(" > ")
    assert int(most) == 0.8 * int(settings["OTE_MAX_QUEUE"])
