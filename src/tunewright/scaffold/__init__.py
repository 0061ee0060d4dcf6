"""Making a new project: questions, answers, the machine at hand, and the files in one piece."""
