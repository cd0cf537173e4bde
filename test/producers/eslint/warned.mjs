const unused = 1
