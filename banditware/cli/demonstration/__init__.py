"""The main job on stage: the example under a real server, real visitors, and who gets which arm.

Visitors know nothing of arms or cookies' contents. They see a page, and what they see decides
whether they click; what was counted is compared with what they saw and did.
"""
