"""Blind comparison of two contestants by people: the pages, what raters chose, what follows from it."""
