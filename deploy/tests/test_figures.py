"""What dashboard and autoscalers ask Prometheus for, held against what the service tells it."""

from __future__ import annotations

import json
import re

from deploy.tests.overlays import KUBERNETES, Objects, of_kind, yaml
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


def test_dashboard_and_scaling_ask_for_metrics_that_the_service_has(rendered: dict[str, Objects]) -> None:
    metrics = Metrics(lambda: {"photo": 1, "preview": 0}, lambda: {"photo": 2.0, "preview": 0.0}, lambda: 0.0)
    metrics.finished({"faces": [{"outcome": "opened"}], "stages": [{"name": "read", "seconds": 1, "peak_vram_mib": 5}]})
    metrics.failed()
    metrics.answered(200)
    told = set(re.findall(r"^(ote_\w+?)(?:\{| )", metrics.text().decode(), flags=re.MULTILINE))
    dashboard = (KUBERNETES / "base/dashboard.json").read_text()
    queries = [target["expr"] for panel in json.loads(dashboard)["panels"] for target in panel["targets"]]
    queries += [asked_by_keda(rendered), asked_of_the_adapter(rendered)]
    asked = {name for query in queries for name in re.findall(r"ote_\w+", query)}
    assert len(asked) >= 6
    assert asked <= told


def test_previews_that_wait_bring_pods_as_photos_do(rendered: dict[str, Objects]) -> None:
    """All pods tell of the same queues: of each lane the largest figure, and of the lanes their sum."""
    whole = 'sum(max by (lane) (ote_queue_depth{namespace="open-the-eyes"}))'
    assert (asked_by_keda(rendered), asked_of_the_adapter(rendered)) == (whole, whole)
    (scaler,) = of_kind(rendered["cpu"], "HorizontalPodAutoscaler")
    assert "selector" not in scaler["spec"]["metrics"][0]["external"]["metric"]
