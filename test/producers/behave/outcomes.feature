Feature: sums

  Scenario: passes
    Given a step that passes

  Scenario: fails
    Given a step that passes
    Then a step that fails

  @skip
  Scenario: is skipped
    Given a step that passes

  Scenario: is undefined
    Given a step that nobody wrote

  Scenario: breaks
    Given a step that breaks

  Scenario: says "<b>" & 'it' 🎉
    Then a step that is red

  @hook
  Scenario: breaks in its hook
    Given a step that passes

  Scenario Outline: of <n>
    Then <n> is 1
    Examples:
      | n |
      | 1 |
      | 2 |
