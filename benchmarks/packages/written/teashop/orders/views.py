import csv

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cart.cart import Cart
from shop.models import Product

from .forms import OrderCreateForm, StatusForm
from .models import Order, OrderItem


def order_create(request):
    cart = Cart(request)
    if len(cart) == 0:
        messages.info(request, 'Your cart is empty.')
        return redirect('cart:cart_detail')
    if request.method == 'POST':
        form = OrderCreateForm(request.POST)
        if form.is_valid():
            with transaction.atomic():
                order = form.save(commit=False)
                if request.user.is_authenticated:
                    order.user = request.user
                if cart.coupon:
                    order.coupon = cart.coupon
                    order.discount = cart.coupon.discount
                order.save()
                for item in cart:
                    product = item['product']
                    OrderItem.objects.create(order=order, product=product, price=item['price'],
                                             quantity=item['quantity'])
                    Product.objects.filter(pk=product.pk).update(stock=max(product.stock - item['quantity'], 0))
            cart.clear()
            send_mail(f'Order nr. {order.id}', f'Dear {order.first_name},\n\nyour order is placed.',
                      None, [order.email])
            request.session['order_id'] = order.id
            return redirect('orders:created')
    else:
        initial = {}
        if request.user.is_authenticated:
            initial = {'first_name': request.user.first_name, 'last_name': request.user.last_name,
                       'email': request.user.email}
        form = OrderCreateForm(initial=initial)
    return render(request, 'orders/create.html', {'form': form})


def order_created(request):
    order_id = request.session.get('order_id')
    if not order_id:
        return redirect('shop:product_list')
    return render(request, 'orders/created.html', {'order': get_object_or_404(Order, id=order_id)})


@login_required
def history(request):
    return render(request, 'orders/history.html', {'orders': request.user.orders.all()})


def _order_for(request, order_id):
    if request.user.is_staff:
        return get_object_or_404(Order, id=order_id)
    return get_object_or_404(Order, id=order_id, user=request.user)


@login_required
def detail(request, order_id):
    return render(request, 'orders/detail.html', {'order': _order_for(request, order_id)})


@login_required
@require_POST
def cancel(request, order_id):
    order = get_object_or_404(Order, id=order_id, user=request.user)
    if order.status != Order.Status.NEW:
        messages.error(request, 'Only new orders can be cancelled.')
    else:
        order.status = Order.Status.CANCELLED
        order.save()
        messages.success(request, 'Order cancelled.')
    return redirect('orders:detail', order.id)


@login_required
def invoice(request, order_id):
    order = _order_for(request, order_id)
    if request.GET.get('format') == 'csv':
        response = HttpResponse(content_type='text/csv')
        response['Content-Disposition'] = f'attachment; filename=invoice_{order.id}.csv'
        writer = csv.writer(response)
        writer.writerow(['Product', 'Price', 'Quantity', 'Cost'])
        for item in order.items.select_related('product'):
            writer.writerow([item.product.name, item.price, item.quantity, item.get_cost()])
        writer.writerow(['Total', '', '', order.get_total_cost()])
        return response
    return render(request, 'orders/invoice.html', {'order': order})


@staff_member_required
def dashboard(request):
    orders = Order.objects.prefetch_related('items')
    status = request.GET.get('status')
    if status in Order.Status.values:
        orders = orders.filter(status=status)
    q = request.GET.get('q')
    if q:
        orders = orders.filter(Q(email__icontains=q) | Q(last_name__icontains=q))
    page = Paginator(orders, 10).get_page(request.GET.get('page'))
    return render(request, 'orders/dashboard.html', {'orders': page, 'statuses': Order.Status.choices})


@staff_member_required
def change_status(request, order_id):
    order = get_object_or_404(Order, id=order_id)
    form = StatusForm(request.POST or None, instance=order)
    if request.method == 'POST' and form.is_valid():
        form.save()
        messages.success(request, f'{order} is now {order.get_status_display()}.')
        return redirect('orders:dashboard')
    return render(request, 'orders/status.html', {'order': order, 'form': form})


@staff_member_required
def export(request):
    response = HttpResponse(content_type='text/csv')
    response['Content-Disposition'] = 'attachment; filename=orders.csv'
    writer = csv.writer(response)
    writer.writerow(['id', 'email', 'status', 'created', 'total'])
    for order in Order.objects.all():
        writer.writerow([order.id, order.email, order.status, order.created.isoformat(), order.get_total_cost()])
    return response
