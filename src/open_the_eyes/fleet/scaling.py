"""How many frontends a queue asks for; Ray Serve's controller calls this every few moments."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

UNFINISHED: Final = "unfinished"
"""Name of what a frontend reports: jobs that wait or are being done, those of all frontends, since they share a
queue."""
JOBS_A_FRONTEND: Final = 8
"""Unfinished jobs for each frontend: some half a minute of work with a GPU; the threshold of
`deploy/kubernetes/overlays/gpu/scaledobject.yaml` too."""
REQUESTS_A_FRONTEND: Final = 32
"""Uploads, downloads and event streams that one frontend has at once."""


def frontends_wanted(context: Any) -> tuple[int, dict[str, Any]]:
    """Frontends for the depth of the queue or for the requests under way, whichever asks for more.

    Args:
        context: a `ray.serve.config.AutoscalingContext`.

    Returns:
        Frontends, before Ray holds them against the least and the most there may be; and no state.
    """
    depths = (context.aggregated_metrics or {}).get(UNFINISHED, {}).values()
    for_jobs = ceil(max(depths, default=0.0) / JOBS_A_FRONTEND)
    for_requests = ceil(context.total_num_requests / REQUESTS_A_FRONTEND)
    return max(1, for_jobs, for_requests), {}
