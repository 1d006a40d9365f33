"""Addresses of the shop."""

from django.urls import path

from apps.shop import views

app_name = "shop"

urlpatterns = [
    path("", views.Catalogue.as_view(), name="catalogue"),
    path("categories/<slug:slug>/", views.CategoryPage.as_view(), name="category"),
    path("products/<slug:slug>/", views.ProductPage.as_view(), name="product"),
    path("cart/", views.cart_page, name="cart"),
    path("checkout/", views.checkout, name="checkout"),
    path("orders/", views.OrderList.as_view(), name="orders"),
    path("orders/<int:pk>/", views.OrderPage.as_view(), name="order"),
]
