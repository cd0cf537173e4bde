def test_adds_the_tax():
    assert round(100 * 1.2) == 120

def test_rounds_each_line():
    assert 12.30 == 12.31
