from behave import given, then


@given('a step that passes')
def passes(context):
    pass


@then('a step that fails')
def fails(context):
    assert 1 + 1 == 3, 'not 3'


@given('a step that breaks')
def breaks(context):
    raise RuntimeError('no assertion was reached')


@then('a step that is red')
def is_red(context):
    raise AssertionError('\x1b[31mred\x1b[39m <b> ]]> \x01 end')


@then('{n:d} is 1')
def is_one(context, n):
    assert n == 1
