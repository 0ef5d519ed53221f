"""One product for the three engines."""

from collections.abc import Iterator

import pytest

from tests.e2e.product import Product, User, running


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with running() as product:
        yield product


@pytest.fixture(scope="session")
def technician(product: Product) -> Iterator[User]:
    user = product.as_user("technician")
    yield user
    user.close()
