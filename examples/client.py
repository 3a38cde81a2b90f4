"""Opens eyes by way of a running service: python examples/client.py http://127.0.0.1:8000 family.jpg (needs httpx).

EYES_KEY holds the key, where the service wants one. Results lie beside the photo, in the place of earlier ones.
"""

import os
import sys
import uuid
from pathlib import Path

import httpx


def let_in(answer: httpx.Response) -> httpx.Response:
    """The answer; a refusal, which says what to do next, ends the program."""
    return answer if answer.is_success else sys.exit(answer.text)


if len(sys.argv) != 3:
    sys.exit(__doc__)
address, photo = sys.argv[1], Path(sys.argv[2])
key = {"Authorization": f"Bearer {os.environ['EYES_KEY']}"} if "EYES_KEY" in os.environ else {}
with httpx.Client(base_url=address, headers=key, timeout=60) as service:
    once = {"Idempotency-Key": str(uuid.uuid4())}  # sent again after a failure, it is still one job
    job = let_in(service.post("/v1/jobs", files={"photo": photo.read_bytes()}, headers=once)).json()
    while job["state"] in ("queued", "running"):  # events that end before the job does were cut off: ask again
        with service.stream("GET", job["links"]["events"], timeout=None) as events:
            for line in events.iter_lines():
                print(line)
        job = let_in(service.get(job["links"]["self"])).json()
    for result in job["results"]:
        target = photo.with_name(f"{photo.stem}.opened.{result['variation']}{photo.suffix}")
        target.write_bytes(let_in(service.get(result["href"])).content)
        print(target)
    sys.exit(job["problem"]["detail"] if job["problem"] else 0)
