@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Leave to each test what the migrations have made.

    No transaction around it can be rolled back, and Django would empty the database altogether.
    """
    with django_db_blocker.unblock():
        collections = [database()[name] for name in database().list_collection_names()]
        made = [(collection, list(collection.find())) for collection in collections]

    def restore(_test: TransactionTestCase) -> None:
        for collection, documents in made:
            if list(collection.find()) != documents:
                collection.delete_many({})
                if documents:
                    collection.insert_many(documents)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield
