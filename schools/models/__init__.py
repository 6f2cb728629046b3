"""Who, where, and who may."""

from schools.models.accounts import Account
from schools.models.classes import ClassSubject, ClassYear, Enrolment, SchoolYear, TeachingAssignment
from schools.models.invitations import Invitation, InvitationKind, SignIn, SignInOutcome, Tries
from schools.models.memberships import Membership
from schools.models.people import Gender, Guardianship, Person, PersonKind, Pupil
from schools.models.rosters import RosterImport, RosterState
from schools.models.trail import AuditEvent, AuditRoot
from schools.models.units import PATH_END, Oversight, Unit, UnitLevel

__all__ = [
    "PATH_END",
    "Account",
    "AuditEvent",
    "AuditRoot",
    "ClassSubject",
    "ClassYear",
    "Enrolment",
    "Gender",
    "Guardianship",
    "Invitation",
    "InvitationKind",
    "Membership",
    "Oversight",
    "Person",
    "PersonKind",
    "Pupil",
    "RosterImport",
    "RosterState",
    "SchoolYear",
    "SignIn",
    "SignInOutcome",
    "TeachingAssignment",
    "Tries",
    "Unit",
    "UnitLevel",
]
