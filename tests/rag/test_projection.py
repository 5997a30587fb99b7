"""The space of families, and the way into it that questions teach."""

from __future__ import annotations

import numpy

from rag.latent import latent_space
from rag.projection import Example, Projection, Vocabulary, features, learn

DOCUMENTS = (["disk", "volume", "full"], ["disk", "volume", "snapshot"], ["certificate", "tls", "expire"], ["certificate", "tls", "issuer"])


def test_documents_that_share_words_lie_near_each_other() -> None:
    space = latent_space(DOCUMENTS)
    assert numpy.allclose(numpy.linalg.norm(space, axis=1), 1, atol=1e-5)
    near = space @ space.T
    assert near[0, 1] > 0.5 > 0 > near[0, 2]
    assert numpy.array_equal(space, latent_space(DOCUMENTS)), "the same documents give the same space"


def test_a_space_of_nothing_is_no_trouble() -> None:
    assert latent_space([]).shape == (0, 0)
    assert latent_space([["once"], ["else"]]).shape == (2, 0)


def test_words_are_learned_from_questions_whose_answer_is_known() -> None:
    examples = [
        Example("证书 过期", 1),
        Example("证书 到期", 1),
        Example("磁盘 满了", 0),
        Example("磁盘 快满", 0),
        Example("证书", 1),
        Example("磁盘", 0),
    ]
    vocabulary = Vocabulary([example.text for example in examples], is_chinese=True)
    answers = numpy.eye(2, dtype=numpy.float32)
    projection = Projection(vocabulary, learn(vocabulary, examples, None, answers))
    assert projection.of("哪张证书").argmax() == 1
    assert projection.of("磁盘多大").argmax() == 0
    assert not projection.of("没有学过").any(), "of what it has never seen it says nothing"


def test_sentence_vectors_are_learned_beside_words() -> None:
    examples = [Example("alpha", 0), Example("beta", 1)] * 2
    vectors = numpy.array([[1, 0], [0, 1]] * 2, dtype=numpy.float32)
    vocabulary = Vocabulary([example.text for example in examples], is_chinese=False)
    answers = numpy.eye(2, dtype=numpy.float32)
    projection = Projection(vocabulary, learn(vocabulary, examples, vectors, answers))
    assert projection.of("gamma", vectors[1]).argmax() == 1
    assert projection.of("beta", vectors[1])[1] > projection.of("gamma", vectors[1])[1]


def test_single_characters_count_beside_pairs() -> None:
    assert {"磁", "盘", "磁盘", "disk"} == features("磁盘 disks") - {"满"}
