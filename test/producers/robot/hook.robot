*** Settings ***
Suite Setup    Fail    the hook broke

*** Test Cases ***
Is Not Reached
    No Operation
