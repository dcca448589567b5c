"""Object detection by Ultralytics, kept to what the plan says.

Everything here but `engine/` imports quickly; `engine/` is Ultralytics itself, imported only to look at a model or
to train.
"""
