"""Pure rules: no file, network, clock or screen; `now` is an argument."""
