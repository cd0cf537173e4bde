import unittest


class Sums(unittest.TestCase):
    def test_passes(self):
        """Says "<b>" & 'it' 🎉"""
        self.assertEqual(1 + 1, 2)

    def test_fails(self):
        print('to the console')
        self.assertEqual(1 + 1, 3, '\x1b[31mred\x1b[39m <b> ]]> \x00 end')

    @unittest.skip('not today')
    def test_is_skipped(self):
        pass

    @unittest.expectedFailure
    def test_fails_as_wanted(self):
        self.assertEqual(1, 2)

    @unittest.expectedFailure
    def test_passes_against_all_hope(self):
        pass

    def test_breaks(self):
        raise RuntimeError('no assertion was reached')

    def test_in_parts(self):
        for n in (1, 2):
            with self.subTest(n=n):
                self.assertEqual(n, 1)


class BreaksBeforeEach(unittest.TestCase):
    def setUp(self):
        raise RuntimeError('the hook of each broke')

    def test_is_not_run(self):
        pass


class BreaksBeforeAll(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError('the hook broke')

    def test_is_not_reached(self):
        pass


class BreaksAfterAll(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        raise RuntimeError('the last hook broke')

    def test_passed_before(self):
        pass
