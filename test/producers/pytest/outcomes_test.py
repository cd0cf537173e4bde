import unittest
import pytest


def test_passes():
    assert 1 + 1 == 2


def test_fails():
    assert 1 + 1 == 3


@pytest.mark.skip(reason='not today: "<&>"')
def test_is_skipped():
    pass


@pytest.mark.xfail(reason='known')
def test_fails_as_wanted():
    assert 1 == 2


@pytest.mark.xfail(strict=True, reason='known')
def test_passes_against_all_hope():
    pass


@pytest.fixture
def breaks_before():
    raise RuntimeError('the hook broke')


@pytest.fixture
def breaks_after():
    yield
    raise RuntimeError('the last hook broke')


def test_is_not_reached(breaks_before):
    pass


def test_passed_before(breaks_after):
    pass


def test_fails_twice(breaks_after):
    assert 1 == 2


@pytest.mark.parametrize('said', ['"<b>" & \'it\' 🎉', 'esc \x1b[31m', 'nul \x00', 'plain'])
def test_says(said):
    print('\x1b[32mgreen\x1b[39m', said)
    assert said == 'plain', f'\x1b[31mred\x1b[39m {said} ]]> \x01 end'


@pytest.mark.timeout(0.2)
def test_takes_too_long():
    import time

    time.sleep(5)


class TestDeeper:
    def test_passes(self):
        pass


class OldTest(unittest.TestCase):
    def test_in_parts(self):
        for n in (1, 2):
            with self.subTest(n=n):
                self.assertEqual(n, 1)
