package main

// surviveBrokenPipes does nothing where there are no pipes.
func surviveBrokenPipes() {}
