"""What families take away is erased by a job, not by the next person to take something away."""

from datetime import timedelta

from preau.base.models import StoredFile
from preau.domain.families.models import Contact
from preau.domain.families.operations.contacts import remove_contact, save_contact
from preau.domain.families.operations.merging import _one_contact_each
from preau.domain.families.operations.photos import receive_photo
from preau.domain.families.tasks import erase_removed_persons
from tests.factories.town import NOW
from tests.uploads.corpus import picture

MAMIE = {"kind": "pick_up", "first_name": "Mamie", "last_name": "Roy", "is_for_all": True, "phone": "06 39 98 00 01"}


def named(town, awa, now, **more):
    values = {"mobile": "", "email": "", "link": "", **MAMIE, **more}
    photo = receive_photo(name="mamie.jpg", content=picture())
    return save_contact(
        actor=town.parent(awa), child_id=awa.children[0].pk, contact_id=None, values=values, photo=photo, now=now
    )


def test_a_person_taken_away_is_erased_with_her_face_after_seven_days(town, awa):
    now = NOW
    contact_id = named(town, awa, now)
    remove_contact(actor=town.parent(awa), child_id=awa.children[0].pk, contact_id=contact_id, now=now - timedelta(8))
    file_id = Contact.objects.get(pk=contact_id).photo_id
    erase_removed_persons.call()
    assert not Contact.objects.filter(pk=contact_id).exists()
    assert not StoredFile.objects.filter(pk=file_id).exists()


def test_two_persons_made_one_leave_one_face(town, awa):
    now = NOW
    first = named(town, awa, now)
    second = named(town, awa, now, last_name="Autre")
    lost = Contact.objects.get(pk=second).photo_id
    Contact.objects.filter(pk=second).update(last_name="ROY")
    _one_contact_each(town.agent("agent"), family=awa.family)
    assert list(Contact.objects.values_list("pk", flat=True)) == [first]
    assert not StoredFile.objects.filter(pk=lost).exists()
