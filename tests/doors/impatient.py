"""The web's worker with less patience, so that a test need not wait as long as a sender may."""

from hocba.serving.worker import PatientWorker


class ImpatientWorker(PatientWorker):
    """One second for the head, two for the body."""

    head_seconds = 1.0
    body_seconds = 2.0
