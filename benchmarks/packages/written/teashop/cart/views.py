from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from orders.models import Coupon
from shop.models import Product

from .cart import Cart
from .forms import CartAddProductForm, CouponApplyForm


@require_POST
def cart_add(request, product_id):
    cart = Cart(request)
    product = get_object_or_404(Product, id=product_id, available=True)
    form = CartAddProductForm(request.POST)
    if form.is_valid():
        cd = form.cleaned_data
        if cd['quantity'] > product.stock:
            messages.error(request, f'Only {product.stock} of {product} left.')
        else:
            cart.add(product=product, quantity=cd['quantity'], override_quantity=cd['override'])
    return redirect('cart:cart_detail')


@require_POST
def cart_remove(request, product_id):
    cart = Cart(request)
    product = get_object_or_404(Product, id=product_id)
    cart.remove(product)
    return redirect('cart:cart_detail')


def cart_detail(request):
    cart = Cart(request)
    items = []
    for item in cart:
        item['update_quantity_form'] = CartAddProductForm(initial={'quantity': item['quantity'], 'override': True})
        items.append(item)
    return render(request, 'cart/detail.html', {'cart': cart, 'items': items, 'coupon_form': CouponApplyForm()})


@require_POST
def coupon_apply(request):
    now = timezone.now()
    form = CouponApplyForm(request.POST)
    if form.is_valid():
        try:
            coupon = Coupon.objects.get(code__iexact=form.cleaned_data['code'], valid_from__lte=now,
                                        valid_to__gte=now, active=True)
            request.session['coupon_id'] = coupon.id
            messages.success(request, 'Coupon applied.')
        except Coupon.DoesNotExist:
            request.session['coupon_id'] = None
            messages.error(request, 'This coupon is not valid.')
    return redirect('cart:cart_detail')
