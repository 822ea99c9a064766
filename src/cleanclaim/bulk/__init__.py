"""Input of any size: read by shares into buckets of whole patients, checked bucket by bucket, by several processes.

What is done stands in the run's folder (:mod:`cleanclaim.bulk.folder`), so that a run that was stopped goes on where
it was. The findings are those of :func:`cleanclaim.app.check`, whatever the number of processes, the size of a
partition or the order in which partitions come.
"""
