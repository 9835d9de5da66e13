"""kill -9 while contracts become bookings: each is whole or is not, and the rest is taken up again."""

import random
import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from preau.domain.contracts.models import ContractVersion
from preau.domain.creche.models import CareRange
from tests.benchmarks.contracts import HOUSES, _exceeded, _signed
from tests.faults.test_kill import KILLS, start

COUNT = 30

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def versions(emptied: Any) -> list[int]:
    _town, found = _signed(COUNT)
    connection.close()
    return found


def test_killed_in_the_middle_contracts_are_whole_and_taken_up_again(versions, tmp_path):
    chance = random.Random(11)
    for _turn in range(KILLS):
        process = start(tmp_path, "-m", "tests.faults.signatory")
        before = ContractVersion.objects.filter(booked_at__isnull=False).count()
        while process.poll() is None and ContractVersion.objects.filter(booked_at__isnull=False).count() == before:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.2)
        process.kill()
        process.communicate(timeout=60)
        held = Counter(CareRange.objects.filter(status="booked").values_list("enrolment_id", flat=True))
        done = set(
            ContractVersion.objects.filter(booked_at__isnull=False).values_list("contract__enrolment_id", flat=True)
        )
        assert set(held) <= done
    process = start(tmp_path, "-m", "tests.faults.signatory")
    assert "fini" in process.communicate(timeout=120)[0]
    assert not ContractVersion.objects.filter(booked_at=None).exists()
    organisation_id = ContractVersion.objects.values_list("organisation_id", flat=True)[0]
    assert _exceeded(organisation_id, places=COUNT // HOUSES) == 0
