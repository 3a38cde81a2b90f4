"""Jobs put into a repository."""

from __future__ import annotations

from typing import Any

from open_the_eyes.service.database.repository import JobRepository
from open_the_eyes.service.jobs.job import Job, JobRequest


def job_request(**what: Any) -> JobRequest:
    return JobRequest(**{"owner": "a", "options": {}, "fingerprint": "1", **what})


def queued(repository: JobRepository, **what: Any) -> Job:
    job = repository.admit(job_request(**what), 100)
    assert repository.accept(job.id)
    found = repository.get(job.id)
    assert found is not None
    return found
