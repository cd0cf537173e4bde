import pytest

runs = 0


@pytest.mark.flaky(reruns=2)
def test_passes_when_run_again():
    global runs
    runs += 1
    assert runs == 2


@pytest.mark.flaky(reruns=2)
def test_fails_each_time():
    assert 1 == 2
