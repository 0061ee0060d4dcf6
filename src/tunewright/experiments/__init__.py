"""The project's experiments side by side, and one of them made the project's own.

git_files     names from git's refs, many files of many commits by one process
experiment    what one experiment is: settings, scores, times, verdict
read          all of them: done, queued, running, failed, and the project's folder
columns       which settings differ, and are worth a column
ranking       best first
table         as text, markdown, CSV and JSON
importance    which settings mattered
axes, charts  parallel coordinates, learning curves and trade-off, in pixels
page          all of that as one HTML file
adopt         take one over
"""
