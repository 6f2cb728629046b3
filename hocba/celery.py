"""Background work: every job is a row first, tasks carry ids only, and Redis may vanish."""

import gc
import os

from celery import Celery, signals
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocba.settings")

LONGEST_TASK_SECONDS = 15 * 60
LARGEST_WORKER_KILOBYTES = 400_000
"""A process that has grown beyond this is replaced after its task (docs/benchmarks.md, `memory`)."""

# When a channel is closed, its unfinished tasks would be put back; after the broker was killed there is nowhere to
# put them, kombu stumbles over that, and the whole worker ends. Every task is a row: the sweeper brings it back.
Channel.do_restore = False

app = Celery("hocba")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=LONGEST_TASK_SECONDS,
    task_soft_time_limit=LONGEST_TASK_SECONDS - 60,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_max_memory_per_child=LARGEST_WORKER_KILOBYTES,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        # Above the longest task, or a second worker would start it while the first still works.
        "visibility_timeout": LONGEST_TASK_SECONDS + 60,
        # A killed worker's task comes back within seconds of the timeout, not after minutes (measured).
        "unacked_restore_interval": 3,
        "unacked_restore_throttle": 1,
    },
    beat_schedule={
        "sweep_batches": {
            "task": "signing.tasks.sweep_batches",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "publish_log": {"task": "signing.tasks.publish_log", "schedule": 10.0, "options": {"expires": 10}},
        "settle_audit": {"task": "signing.tasks.settle_audit", "schedule": 60.0, "options": {"expires": 60}},
        "open_audit_months": {"task": "signing.tasks.open_audit_months", "schedule": 24 * 3600.0},
        "deliver": {"task": "exports.tasks.deliver", "schedule": 5.0, "options": {"expires": 5}},
        "clear_leftovers": {"task": "signing.tasks.clear_leftovers", "schedule": 3600.0},
    },
    timezone="Asia/Ho_Chi_Minh",
    enable_utc=True,
)


@app.on_configure.connect
def _read_settings(sender: Celery, **_: object) -> None:
    from django.conf import settings

    sender.conf.broker_url = settings.REDIS_URL


@signals.worker_init.connect
@signals.beat_init.connect
def _refuse_unsafe_production(**_: object) -> None:
    from hocba.checks import refuse_unsafe_production

    refuse_unsafe_production()


@signals.worker_init.connect
def settle(**_: object) -> None:
    """Load what drawing and verifying load, and set the heap of the start aside for ever.

    Before the workers are forked: they share that memory, and no collection of theirs walks it again.
    """
    import weasyprint  # noqa: F401 - half a second that the first transcript would wait for

    from signing.actions import run  # noqa: F401

    gc.collect()
    gc.freeze()


@signals.worker_process_init.connect
def _settle_child(**_: object) -> None:
    gc.freeze()


app.autodiscover_tasks(["schools", "records", "signing", "exports"])
