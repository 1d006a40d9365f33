"""Addresses of the shop."""

from django.urls import path

from apps.shop import order_views, views

app_name = "shop"

urlpatterns = [
    path("", views.Catalogue.as_view(), name="catalogue"),
    path("categories/<slug:slug>/", views.CategoryPage.as_view(), name="category"),
    path("products/<slug:slug>/", views.ProductPage.as_view(), name="product"),
    path("cart/", views.cart_page, name="cart"),
    path("checkout/", views.checkout, name="checkout"),
    path("orders/", order_views.OrderList.as_view(), name="orders"),
    path("orders/export/", order_views.export_orders, name="export"),
    path("orders/<int:pk>/", order_views.OrderPage.as_view(), name="order"),
    path("orders/<int:pk>/cancel/", order_views.cancel, name="cancel"),
    path("orders/<int:pk>/pay/", order_views.pay, name="pay"),
    path("payments/webhook/", order_views.webhook, name="webhook"),
    path("payments/stand-in/<uuid:reference>/", order_views.stand_in, name="stand_in"),
]
