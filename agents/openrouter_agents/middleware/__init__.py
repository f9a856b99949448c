"""What keeps a run alive, within its bounds, and honest: one file for each job.

`stack` has all of it in its order. Whatever changes a request does so for the model's eyes only: threads keep what was
said and done.
"""
