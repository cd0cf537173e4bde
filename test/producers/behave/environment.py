def before_scenario(context, scenario):
    if 'skip' in scenario.tags:
        scenario.skip('not today')
    if 'hook' in scenario.tags:
        raise RuntimeError('the hook broke')
